using System.Globalization;

namespace TrackHub.MetaSim.Control;

/// <summary>Counts calls since the start or the last clearing. Thread-safe.</summary>
internal sealed class SimStatistics
{
    // Codes come from the catalogue or from behaviours, whose number is limited; the cap only bounds a hostile control client.
    private const int MaxOutcomes = 1000;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, long> _outcomes = new(StringComparer.Ordinal);
    private long _calls;

    /// <summary>Counts one call.</summary>
    /// <param name="outcome"><c>ok</c>, <c>{code}</c>, <c>{code}/{subcode}</c>, <c>dropped</c>, <c>redirect</c> or the kind of body.</param>
    public void Called(string outcome)
    {
        lock (_lock)
        {
            _calls++;
            if (_outcomes.TryGetValue(outcome, out var count))
                _outcomes[outcome] = count + 1;
            else if (_outcomes.Count < MaxOutcomes)
                _outcomes.Add(outcome, 1);
        }
    }

    /// <summary>Calls in all, and per outcome.</summary>
    public (long Calls, IReadOnlyList<KeyValuePair<string, long>> Outcomes) Read()
    {
        lock (_lock)
            return (_calls, [.. _outcomes]);
    }

    public void Clear()
    {
        lock (_lock)
        {
            _outcomes.Clear();
            _calls = 0;
        }
    }

    /// <summary>The outcome's name of a Graph error.</summary>
    public static string NameOf(int code, int? subcode) => subcode is null
        ? code.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{code}/{subcode}");
}
