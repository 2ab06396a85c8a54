namespace TrackHub.LocalKafka.Storage;

/// <summary>Ranges of a segment's bytes that readers skip.</summary>
/// <remarks>Thread-safe; readers take no lock.</remarks>
internal sealed class DamageMap
{
    private readonly Lock _adding = new();
    private (long Start, long End)[] _ranges = [];   // in order, apart from one another; replaced whole

    /// <summary>All ranges, in order.</summary>
    public IReadOnlyList<(long Start, long End)> Ranges => Volatile.Read(ref _ranges);

    /// <summary>Replaces all ranges.</summary>
    public void Load(IEnumerable<(long Start, long End)> ranges) => Volatile.Write(ref _ranges, [.. ranges]);

    /// <summary>Adds a range; false if its start is known as damaged.</summary>
    public bool Add(long start, long end)
    {
        lock (_adding)
        {
            if (EndAt(start) is not null)
                return false;

            Volatile.Write(ref _ranges, [.. _ranges.Append((start, end)).Order()]);
            return true;
        }
    }

    /// <summary>Where the damage that <paramref name="position"/> lies in ends; null if it lies in none.</summary>
    public long? EndAt(long position)
    {
        foreach (var (start, end) in Volatile.Read(ref _ranges))
        {
            if (position >= start && position < end)
                return end;
        }

        return null;
    }

    /// <summary>Where the first damage at or behind <paramref name="position"/> starts; <see cref="long.MaxValue"/> for none.</summary>
    public long NextStart(long position)
    {
        foreach (var (start, _) in Volatile.Read(ref _ranges))
        {
            if (start >= position)
                return start;
        }

        return long.MaxValue;
    }
}
