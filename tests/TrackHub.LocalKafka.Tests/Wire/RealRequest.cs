namespace TrackHub.LocalKafka.Tests.Wire;

/// <summary>A request as a client nobody here wrote sent it.</summary>
/// <param name="Kind">Kind, version and client.</param>
/// <param name="Bytes">The frame without its length.</param>
internal sealed record RealRequest(string Kind, byte[] Bytes)
{
    /// <summary>Every kind of request in every version that some client chose.</summary>
    public static readonly IReadOnlyList<RealRequest> All =
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Wire", "RealRequests.txt"))
            .Where(static line => !line.StartsWith('#'))
            .Select(static line => line.Split(' '))
            .Select(static words => new RealRequest(string.Join(' ', words[..3]), Convert.FromHexString(words[3])))
            .ToList();

    public override string ToString() => Kind;
}
