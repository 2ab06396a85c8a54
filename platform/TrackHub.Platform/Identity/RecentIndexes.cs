using System.Runtime.CompilerServices;

namespace TrackHub.Platform.Identity;

/// <summary>
/// Indexes of values that many visitors share, computed a moment ago: a keyed hash costs ten times as much as looking here. A table of fixed size, in which a
/// newer value takes the place of an older one. Thread-safe.
/// </summary>
internal sealed class RecentIndexes
{
    private const int Slots = 4096;
    // Longer ones are rare, and the table stays below 3 MB.
    private const int MaxText = 300;

    private readonly Entry?[] _slots = new Entry?[Slots];

    /// <summary>Whether values of a kind repeat from visitor to visitor.</summary>
    public static bool AreShared(IndexKind kind) => kind is IndexKind.UserAgent or IndexKind.IpPrefix;

    /// <summary>Writes the index of a value to the first <see cref="BlindIndex.Bytes"/> of <paramref name="index"/>; false if it is not here.</summary>
    public bool TryCopy(IndexKey key, IndexKind kind, ReadOnlySpan<char> value, Span<byte> index)
    {
        if (Volatile.Read(ref Slot(key, kind, value)) is not { } entry || entry.Key != key || entry.Kind != kind || !value.SequenceEqual(entry.Value))
            return false;

        entry.Index.CopyTo(index);
        return true;
    }

    /// <summary>Keeps the index of a value.</summary>
    public void Keep(IndexKey key, IndexKind kind, ReadOnlySpan<char> value, ReadOnlySpan<byte> index)
    {
        if (value.Length <= MaxText)
            Volatile.Write(ref Slot(key, kind, value), new(key, kind, value.ToString(), index.ToArray()));
    }

    private ref Entry? Slot(IndexKey key, IndexKind kind, ReadOnlySpan<char> value) =>
        ref _slots[(uint)HashCode.Combine(RuntimeHelpers.GetHashCode(key), (int)kind, string.GetHashCode(value, StringComparison.Ordinal)) % Slots];

    private sealed record Entry(IndexKey Key, IndexKind Kind, string Value, byte[] Index);
}
