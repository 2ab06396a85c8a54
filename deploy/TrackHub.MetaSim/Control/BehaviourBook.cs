using System.Text.Json;

namespace TrackHub.MetaSim.Control;

/// <summary>The behaviours in force. The newest that matches a call and is not used up applies. Thread-safe.</summary>
internal sealed class BehaviourBook
{
    /// <summary>Most behaviours kept at once; more would slow every call.</summary>
    public const int Capacity = 1000;

    private readonly Lock _lock = new();
    private volatile BehaviourEntry[] _entries = [];
    private int _lastId;

    /// <summary>The behaviours, newest first.</summary>
    public IReadOnlyList<BehaviourEntry> Entries => _entries;

    /// <summary>Puts a behaviour in force.</summary>
    /// <exception cref="BehaviourException">There are too many.</exception>
    public BehaviourEntry Add(Behaviour behaviour)
    {
        lock (_lock)
        {
            if (_entries.Length >= Capacity)
                throw new BehaviourException($"There are {Capacity} behaviours already; DELETE /_sim/behaviour first.");
            var entry = new BehaviourEntry(++_lastId, behaviour);
            _entries = [entry, .. _entries];
            return entry;
        }
    }

    /// <summary>Ends all behaviours.</summary>
    public void Clear()
    {
        lock (_lock)
            _entries = [];
    }

    /// <summary>Finds the behaviour of a call and uses it up by one.</summary>
    /// <param name="data">The call's events; undefined when it could not be read.</param>
    public BehaviourEntry? Take(string dataset, string token, JsonElement data)
    {
        foreach (var entry in _entries)
        {
            if (Fits(entry.Behaviour.Match, dataset, token, data) && entry.TryUse())
                return entry;
        }

        return null;
    }

    private static bool Fits(BehaviourMatch match, string dataset, string token, JsonElement data) =>
        (match.Dataset is null || match.Dataset == dataset)
        && (match.Token is null || match.Token == token)
        && ((match.EventId is null && match.EventName is null) || HasEvent(match, data));

    private static bool HasEvent(BehaviourMatch match, JsonElement data)
    {
        if (data.ValueKind is not JsonValueKind.Array)
            return false;
        foreach (var item in data.EnumerateArray())
        {
            if (item.ValueKind is JsonValueKind.Object && Equals(item, "event_id"u8, match.EventId) && Equals(item, "event_name"u8, match.EventName))
                return true;
        }

        return false;
    }

    private static bool Equals(JsonElement item, ReadOnlySpan<byte> key, string? expected) =>
        expected is null || (item.TryGetProperty(key, out var value) && value.ValueKind is JsonValueKind.String && value.ValueEquals(expected));
}

/// <summary>A behaviour in force and how often it applied. Thread-safe.</summary>
internal sealed class BehaviourEntry(int id, Behaviour behaviour)
{
    private int _used;

    public int Id { get; } = id;

    public Behaviour Behaviour { get; } = behaviour;

    /// <summary>Calls it applied to.</summary>
    public int Used => Volatile.Read(ref _used);

    /// <summary>Calls left; null for a behaviour without a limit.</summary>
    public int? Left => Behaviour.Times - Used;

    /// <summary>Counts one call, unless the behaviour is used up.</summary>
    public bool TryUse()
    {
        if (Behaviour.Times is not { } times)
        {
            Interlocked.Increment(ref _used);
            return true;
        }

        int used;
        do
        {
            used = Volatile.Read(ref _used);
            if (used >= times)
                return false;
        }
        while (Interlocked.CompareExchange(ref _used, used + 1, used) != used);
        return true;
    }
}
