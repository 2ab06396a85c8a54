namespace TrackHub.Platform.Streams;

/// <summary>Who waits for which record's report. A record carries a number through the client library, never a reference: nothing has to be pinned.</summary>
/// <remarks>
/// A token is a slot's index and the number of its use, so that one that was given back finds nobody, whoever has the slot by then. Thread-safe; finding takes no lock.
/// </remarks>
internal sealed class ReportSlots
{
    private readonly Lock _gate = new();
    private readonly Stack<int> _free = new();
    private volatile Slot[] _slots = [];

    /// <summary>Slots in use.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _slots.Length - _free.Count;
        }
    }

    /// <summary>Gives a sink a slot.</summary>
    /// <returns>Its token; never 0.</returns>
    public nint Take(IReportSink sink)
    {
        lock (_gate)
        {
            if (_free.Count is 0)
                Grow();

            var index = _free.Pop();
            var slot = _slots[index];
            slot.Use = slot.Use == int.MaxValue ? 1 : slot.Use + 1;
            slot.Sink = sink;
            return ((nint)slot.Use << 32) | (nint)(uint)index;
        }
    }

    /// <summary>The sink whose token this is; null if it was given back.</summary>
    public IReportSink? Find(nint token)
    {
        var (index, use) = ((uint)token, (int)(token >> 32));
        var slots = _slots;
        if (index >= slots.Length)
            return null;

        var slot = slots[index];
        var sink = slot.Sink;
        return slot.Use == use ? sink : null;
    }

    /// <summary>Takes a slot back. A token that is none any more is ignored.</summary>
    public void Return(nint token)
    {
        lock (_gate)
        {
            if (Find(token) is null)
                return;

            var index = (int)(uint)token;
            _slots[index].Sink = null;
            _free.Push(index);
        }
    }

    /// <summary>Tells every sink that no report comes any more.</summary>
    public void LoseAll()
    {
        foreach (var slot in _slots)
            slot.Sink?.Lose();
    }

    private void Grow()
    {
        var slots = _slots;
        var larger = new Slot[Math.Max(64, slots.Length * 2)];
        slots.CopyTo(larger, 0);
        for (var i = larger.Length - 1; i >= slots.Length; i--)
        {
            larger[i] = new();
            _free.Push(i);
        }

        _slots = larger;
    }

    // Stays the same object when the array grows.
    private sealed class Slot
    {
        private volatile IReportSink? _sink;
        private volatile int _use;

        public IReportSink? Sink
        {
            get => _sink;
            set => _sink = value;
        }

        public int Use
        {
            get => _use;
            set => _use = value;
        }
    }
}
