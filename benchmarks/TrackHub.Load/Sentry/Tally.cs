namespace TrackHub.Load.Sentry;

/// <summary>How right a way of judging was.</summary>
internal sealed class Tally
{
    private readonly List<int> _delays = [];

    /// <summary>Alarms raised.</summary>
    public int Alarms { get; private set; }

    /// <summary>Of them those within an incident that harms the figure.</summary>
    public int Right { get; private set; }

    /// <summary>Incidents deep enough to be found.</summary>
    public int Findable { get; private set; }

    /// <summary>Of them those found.</summary>
    public int Found => _delays.Count;

    /// <summary>Days watched, over all figures and brands.</summary>
    public double Days { get; private set; }

    /// <summary>Share of alarms that were right.</summary>
    public double Precision => Alarms == 0 ? 1 : (double)Right / Alarms;

    /// <summary>Share of findable incidents that were found.</summary>
    public double Recall => Findable == 0 ? 1 : (double)Found / Findable;

    /// <summary>Hours from the start of an incident to the end of the hour that found it, at the median.</summary>
    public int? MedianDelay => Delay(0.5);

    /// <summary>The same of nine in ten.</summary>
    public int? LongDelay => Delay(0.9);

    /// <summary>Wrong alarms of a figure in a month of 30 days.</summary>
    public double WrongPerMonth => Days == 0 ? 0 : (Alarms - Right) / Days * 30;

    /// <summary>Counts the alarms of one figure. An incident is to be found from the threshold on; whoever finds a milder one that harms the figure is right as well.</summary>
    public void Add(IReadOnlyList<int> alarms, IReadOnlyList<Label> labels, double threshold, int hours)
    {
        Alarms += alarms.Count;
        Right += alarms.Count(alarm => labels.Any(label => label.Harmful && alarm >= label.From && alarm < label.End));
        Days += hours / 24.0;
        foreach (var label in labels.Where(label => label.Harmful && Math.Abs(label.Percentage) >= threshold))
        {
            Findable++;
            var first = alarms.FirstOrDefault(alarm => alarm >= label.From && alarm < label.End, -1);
            if (first >= 0)
                _delays.Add(first + 1 - label.From);
        }
    }

    private int? Delay(double share)
    {
        if (_delays.Count == 0)
            return null;
        _delays.Sort();
        return _delays[(int)Math.Min(_delays.Count - 1, share * _delays.Count)];
    }
}
