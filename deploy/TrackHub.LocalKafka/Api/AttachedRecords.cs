using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Api;

/// <summary>
/// Slices of the log that belong into a response at given places. They are sent from their files, so that an answer of many megabytes
/// takes no memory for them. Each segment is borrowed until <see cref="Clear"/>.
/// </summary>
/// <remarks>Not thread-safe; one per connection, reused.</remarks>
internal sealed class AttachedRecords
{
    private readonly List<(int Position, LogSlice Slice)> _slices = [];

    public int Count => _slices.Count;

    /// <summary>Bytes of all slices.</summary>
    public int Bytes { get; private set; }

    /// <summary>A slice and how much of what is written goes before it.</summary>
    public (int Position, LogSlice Slice) this[int index] => _slices[index];

    /// <summary>Attaches a slice behind what is written up to <paramref name="position"/>; false if its segment was closed meanwhile.</summary>
    public bool TryAdd(int position, LogSlice slice)
    {
        if (!slice.TryBorrow())
            return false;

        _slices.Add((position, slice));
        Bytes += slice.Length;
        return true;
    }

    /// <summary>Lets go of all slices.</summary>
    public void Clear()
    {
        foreach (var (_, slice) in _slices)
            slice.Return();
        _slices.Clear();
        Bytes = 0;
    }
}
