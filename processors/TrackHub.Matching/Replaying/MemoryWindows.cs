using TrackHub.Matching.Windows;
using TrackHub.Schemas;

namespace TrackHub.Matching.Replaying;

/// <summary>
/// Windows of a range of the log in memory. They keep every event and answer as of a time: what the live windows held then, their bounds
/// included, whatever the order in which the range is read.
/// </summary>
/// <remarks>Fill it, then read it; not thread-safe.</remarks>
internal sealed class MemoryWindows
{
    private static readonly Comparer<byte[]> Bytewise = Comparer<byte[]>.Create(static (left, right) => left.AsSpan().SequenceCompareTo(right));

    private readonly Dictionary<WindowKey, List<Member>> _windows = [];
    private readonly Dictionary<Guid, TrackedEvent> _events = [];
    private bool _sorted;

    /// <summary>Members held.</summary>
    public long Members { get; private set; }

    /// <summary>Takes an event into its windows.</summary>
    /// <param name="isWanted">Windows that will be asked for; null: all.</param>
    public void Add(TrackedEvent tracked, Func<WindowKey, bool>? isWanted = null)
    {
        var isKept = false;
        foreach (var entry in WindowEntries.Of(tracked))
        {
            if (isWanted?.Invoke(entry.Key) == false)
                continue;
            if (!_windows.TryGetValue(entry.Key, out var window))
                _windows[entry.Key] = window = [];
            window.Add(new(entry.Score, tracked.ReceivedAt, entry.Member));
            Members++;
            isKept = true;
        }

        if (isKept && WindowEntries.IsCandidate(tracked.Kind))
            _events[Guid.Parse(tracked.IngestId)] = tracked;
        _sorted = false;
    }

    /// <summary>The event behind a member.</summary>
    public TrackedEvent? Find(Guid ingestId) => _events.GetValueOrDefault(ingestId);

    /// <summary>The windows as a search found them that knew everything received until then.</summary>
    /// <param name="known">Until when.</param>
    /// <param name="window">Length of the brand's window.</param>
    public IWindowReader AsOf(DateTimeOffset known, TimeSpan window)
    {
        if (!_sorted)
        {
            // As Redis orders a sorted set: by score, then by the member's bytes. What is read twice is one member, at its lowest score.
            foreach (var members in _windows.Values)
            {
                var unique = members.GroupBy(static m => Convert.ToHexString(m.Bytes)).Select(static g => g.MinBy(static m => (m.Score, m.ReceivedAt))).ToList();
                members.Clear();
                members.AddRange(unique.OrderBy(static m => m.Score).ThenBy(static m => m.Bytes, Bytewise));
            }

            _sorted = true;
        }

        return new Reader(_windows, known, (known - window - WindowStore.Grace).ToUnixTimeMilliseconds());
    }

    private readonly record struct Member(long Score, DateTimeOffset ReceivedAt, byte[] Bytes);

    private sealed class Reader(Dictionary<WindowKey, List<Member>> windows, DateTimeOffset known, long oldest) : IWindowReader
    {
        public Task<IReadOnlyList<IReadOnlyList<WindowMember>>> ReadAsync(IReadOnlyList<WindowKey> keys, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<IReadOnlyList<WindowMember>>>([.. keys.Select(Decoded)]);

        public Task<IReadOnlyList<bool>> AreHeldAsync(IReadOnlyList<(WindowKey Session, byte[] Identity)> asked, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<bool>>([.. asked.Select(a => Known(a.Session).Take(WindowStore.MaxIdentities).Any(m => m.Bytes.AsSpan().SequenceEqual(a.Identity)))]);

        private IEnumerable<Member> Known(WindowKey key) => windows.TryGetValue(key, out var members) ? members.Where(m => m.ReceivedAt <= known) : [];

        private List<WindowMember> Decoded(WindowKey key)
        {
            var decoded = new List<WindowMember>();
            foreach (var (score, bytes) in WindowBound.Of([.. Known(key).Select(static m => (m.Score, m.Bytes))], oldest))
            {
                if (WindowMember.TryDecode(bytes, score, out var value))
                    decoded.Add(value);
            }

            return decoded;
        }
    }
}
