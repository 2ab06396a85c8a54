using System.Collections.Frozen;
using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;

namespace TrackHub.Ingest.Scripts;

/// <summary>One build of <c>t.js</c>: its bytes, plain and compressed, and what names them. Source: <c>ingest/tracker</c>.</summary>
/// <param name="Plain">UTF-8.</param>
/// <param name="Compressed">The same, gzip.</param>
/// <param name="Version">First 16 hex digits of the SHA-256 of <paramref name="Plain"/>: other bytes, another version.</param>
/// <param name="Integrity">Subresource integrity, <c>sha384-</c> and base64 (https://www.w3.org/TR/SRI/).</param>
internal sealed record TrackerScript(byte[] Plain, byte[] Compressed, string Version, string Integrity)
{
    private const int VersionLength = 16;

    // dist/t.js is "t.js", dist/released/*.js is "released.*.js".
    private const string Prefix = "tracker.";
    private const string CurrentName = Prefix + "t.js";

    /// <summary>What <c>/t.js</c> serves.</summary>
    public static TrackerScript Current { get; } = Load(CurrentName);

    /// <summary>By version, the current one and every earlier one that a page may hold on to by its integrity.</summary>
    public static FrozenDictionary<string, TrackerScript> Versions { get; } =
        Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(static name => name is CurrentName ? Current : Load(name)).DistinctBy(static script => script.Version)
            .ToFrozenDictionary(static script => script.Version, StringComparer.Ordinal);

    /// <summary>Path of exactly these bytes.</summary>
    public string Path => $"/t.{Version}.js";

    /// <summary>A script of these bytes.</summary>
    public static TrackerScript Of(byte[] plain)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize))
            gzip.Write(plain);
        return new(
            plain, compressed.ToArray(), Convert.ToHexStringLower(SHA256.HashData(plain))[..VersionLength],
            "sha384-" + Convert.ToBase64String(SHA384.HashData(plain)));
    }

    private static TrackerScript Load(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not among the resources of this assembly. Remedy: build it with ingest/tracker/dist/t.js in place.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return Of(bytes.ToArray());
    }
}
