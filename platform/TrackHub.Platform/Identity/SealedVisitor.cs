using System.Buffers;
using TrackHub.Schemas;

namespace TrackHub.Platform.Identity;

/// <summary>What an event may carry of a visitor, in a rented buffer. Dispose it once it is written; it is of no use then.</summary>
public readonly ref struct SealedVisitor : IDisposable
{
    private readonly byte[] _rented;

    internal SealedVisitor(byte[] rented) => _rented = rented;

    /// <summary>Blind indexes for matching.</summary>
    public MatchKeysSpans Keys { get; init; }

    /// <summary>Whether anything is known.</summary>
    public bool HasUserData { get; init; }

    /// <summary>Meta's user data, sealed.</summary>
    public SealedBoxSpans UserData { get; init; }

    /// <inheritdoc cref="SealedPerson.Region"/>
    public string? Region { get; init; }

    /// <inheritdoc cref="SealedPerson.Country"/>
    public string? Country { get; init; }

    /// <inheritdoc cref="SealedPerson.Dropped"/>
    public IReadOnlyList<DroppedValue> Dropped { get; init; } = [];

    /// <inheritdoc/>
    public void Dispose() => ArrayPool<byte>.Shared.Return(_rented);

    /// <summary>The same in objects of its own.</summary>
    internal SealedPerson ToPerson() => new(
        new MatchKeys
        {
            Email = Own(Keys.Email),
            Phone = Own(Keys.Phone),
            Fbclid = Own(Keys.Fbclid),
            ExternalId = Own(Keys.ExternalId),
            Ip = Own(Keys.Ip),
            IpPrefix = Own(Keys.IpPrefix),
            UserAgent = Own(Keys.UserAgent),
        },
        HasUserData ? new SealedBox { KeyId = UserData.KeyId.ToString(), Box = UserData.Box.ToArray() } : null,
        Region,
        Country,
        Dropped);

    private static byte[]? Own(ReadOnlySpan<byte> index) => index.IsEmpty ? null : index.ToArray();
}
