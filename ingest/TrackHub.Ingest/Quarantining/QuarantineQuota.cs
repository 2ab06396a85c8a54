using Microsoft.Extensions.Options;
using TrackHub.Ingest.Listening;

namespace TrackHub.Ingest.Quarantining;

/// <summary>How many unproven deliveries of a connection this process keeps in a UTC day: whoever finds out an address cannot fill the log. Thread-safe.</summary>
internal sealed class QuarantineQuota(IOptions<IngestOptions> options, TimeProvider clock)
{
    private readonly int _perDay = options.Value.QuarantinePerDay;
    private readonly Lock _taking = new();
    private readonly Dictionary<string, int> _taken = [];
    private DateOnly _day;

    /// <summary>Takes one from a connection's quota; false when it is used up.</summary>
    public bool TryTake(string connectionId)
    {
        lock (_taking)
        {
            var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
            if (today != _day)
            {
                _taken.Clear();
                _day = today;
            }

            var taken = _taken.GetValueOrDefault(connectionId);
            if (taken >= _perDay)
                return false;
            _taken[connectionId] = taken + 1;
            return true;
        }
    }
}
