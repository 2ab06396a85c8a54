using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using TrackHub.Platform.Identity;

namespace TrackHub.Ingest.Tracking;

/// <summary>The id of a browser event, kept by value until its receipt is written.</summary>
internal struct BrowserEventId
{
    private Text _text;
    private readonly byte _length;

    /// <summary>Takes a valid id: at most <see cref="EventIds.BrowserIdMax"/> ASCII characters.</summary>
    public BrowserEventId(ReadOnlySpan<char> id) => _length = (byte)Encoding.ASCII.GetBytes(id, _text);

    /// <summary>The id.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Utf8 => ((ReadOnlySpan<byte>)_text)[.._length];

    /// <inheritdoc/>
    public override readonly string ToString() => Encoding.ASCII.GetString(Utf8);

    [InlineArray(EventIds.BrowserIdMax)]
    private struct Text
    {
        private byte _first;
    }
}
