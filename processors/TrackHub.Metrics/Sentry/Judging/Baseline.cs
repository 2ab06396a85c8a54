namespace TrackHub.Metrics.Sentry.Judging;

/// <summary>What a brand's figures usually are at an hour, and how far they usually stray. Not thread-safe.</summary>
/// <remarks>
/// Robust seasonal baseline: the same hours of up to eight earlier weeks, each brought to the present level, their median the expectation. The noise is the median absolute
/// deviation, times 1.4826 to be a normal's standard deviation (Rousseeuw and Croux, "Alternatives to the Median Absolute Deviation", JASA 88, 1993; for few samples times
/// n / (n − 0.8), the same authors 1992), of these and of the windows around them from their own medians, and never less than counting
/// itself makes (Poisson). Season and median against anomalies in the history: Hochenbaum, Vallis, Kejariwal,
/// arXiv:1704.07706. A brand of less than four weeks is compared with the same hour of its last days.
/// </remarks>
internal sealed class Baseline(HourSeries series)
{
    private const int Day = 24;
    private const int MostWeeks = 8;
    private const int FewestWeeks = 4;
    private const int MostDays = 14;
    private const int FewestDays = 7;
    private const int Around = 2;               // windows before and after that tell of the noise, too
    private const int LevelDays = 7;
    private const double LevelEvents = 350;     // from 50 a day on a day's level is sharper than a week with an outage in it
    private const double LevelTrust = 50;       // events whose level counts by half
    private const double MostGrowth = 4;
    private const double NormalScale = 1.4826;
    private const double LeastNoise = 0.02;     // a constant has none, and its rounding would be an event

    // One hour is asked for every metric and window: what does not differ between them is kept.
    private readonly int[] _back = new int[Math.Max(MostWeeks, MostDays)];
    private readonly double[] _levels = new double[Math.Max(MostWeeks, MostDays)];
    private readonly double[] _values = new double[Math.Max(MostWeeks, MostDays)];
    private readonly double[] _strays = new double[Math.Max(MostWeeks, MostDays) * ((2 * Around) + 1)];
    private readonly double[] _days = new double[LevelDays];
    private (int Hour, WatchedMetric? Metric) _at = (-1, null);
    private readonly Dictionary<WatchedMetric, int> _lived = [];
    private int _seasons;

    /// <summary>The least expected events in a window: fewer are not judged.</summary>
    public const double FewestEvents = 12;

    /// <summary>Compares the window that ends with an hour.</summary>
    /// <param name="metric">Which figure.</param>
    /// <param name="hour">Its last hour, within the series.</param>
    /// <param name="window">Hours, 1 to 24.</param>
    /// <returns>Null where nothing can be said: too little history, too few events, or a divisor of 0.</returns>
    public Judgement? Judge(WatchedMetric metric, int hour, int window)
    {
        if (UsualOf(metric, hour, window) is not { } usual)
            return null;

        var sums = series.Between(hour + 1 - window, hour + 1);
        var events = usual.Value * (metric.Divisor?.Invoke(sums) ?? 1) * usual.EventsPerAmount;
        if (events < FewestEvents || metric.Of(sums) is not { } value || (metric.Inverted && value == 0))
            return null;

        var noise = Math.Max(Math.Max(usual.Noise, Math.Sqrt(metric.Noise / events)), LeastNoise) * Math.Sqrt(1 + (Math.PI / 2 / _seasons));   // the median strays, too
        var (shown, expected) = (metric.Shown(value), metric.Shown(usual.Value));
        return new(hour, window, shown, expected, 100 * ((shown / expected) - 1), ((value / usual.Value) - 1) / noise, noise);
    }

    /// <summary>What the window that ends with an hour usually shows; null without enough history, or where that is nothing.</summary>
    public double? Expect(WatchedMetric metric, int hour, int window) => UsualOf(metric, hour, window) is { } usual ? metric.Shown(usual.Value) : null;

    private readonly record struct UsualWindow(double Value, double Noise, double EventsPerAmount);

    private UsualWindow? UsualOf(WatchedMetric metric, int hour, int window)
    {
        Prepare(metric, hour);
        var count = Gather(metric, window, shift: 0);
        if (count * 2 <= _seasons)
            return null;   // none, or too few weeks in which it could be told

        var usual = Median(_values.AsSpan(0, count));
        if (usual <= 0)
            return null;

        var strays = 0;
        for (var around = -Around; around <= Around; around++)
        {
            count = Gather(metric, window, around * window);
            if (count < 2 || Median(_values.AsSpan(0, count)) is not (> 0 and var middle))
                continue;
            foreach (var value in _values.AsSpan(0, count))
                _strays[strays++] = Math.Abs((value / middle) - 1);
        }

        // A wider quantile would follow heavy tails, but also the one week of eight in which an earlier outage lay, and be blind to the next.
        var noise = NormalScale * _seasons / (_seasons - 0.8) * Median(_strays.AsSpan(0, strays));
        return new(usual, noise, EventsPerAmount(metric, window));
    }

    // Finds the earlier hours and what brings each to the present level.
    private void Prepare(WatchedMetric metric, int hour)
    {
        if (_at == (hour, metric))
            return;

        _at = (hour, metric);
        _seasons = 0;
        var lived = FirstEventOf(metric);
        for (var week = 1; week <= MostWeeks && IsKnown(series.DaysBefore(hour, 7 * week)); week++)
            _back[_seasons++] = series.DaysBefore(hour, 7 * week);
        if (_seasons >= FewestWeeks)
        {
            for (var i = 0; i < _seasons; i++)
                _levels[i] = GrowthSince(metric, hour - _back[i], hour + 1 - Day);
            return;
        }

        _seasons = 0;
        for (var day = 1; day <= MostDays && IsKnown(series.DaysBefore(hour, day)); day++)
        {
            _back[_seasons] = series.DaysBefore(hour, day);
            _levels[_seasons++] = 1;
        }

        if (_seasons < FewestDays)
            _seasons = 0;

        bool IsKnown(int then) => then - Day >= lived;
    }

    // How much more there is now than so many hours before, by the week that ended a day ago: what is judged has no part in it.
    private double GrowthSince(WatchedMetric metric, int hoursBefore, int end)
    {
        var (from, then) = (end - (LevelDays * Day), end - hoursBefore);
        if (then < LevelDays * Day)
            return 1;

        var (now, before) = (series.Between(from, end), series.Between(then - (LevelDays * Day), then));
        var events = (double)Math.Min(metric.Events(now), metric.Events(before));
        if (events <= 0 || metric.Of(now) is not (> 0 and var level) || metric.Of(before) is not (> 0 and var levelBefore))
            return 1;

        var growth = events >= LevelEvents && DailyGrowth(metric, hoursBefore, end) is { } daily ? daily : level / levelBefore;
        return Math.Pow(Math.Clamp(growth, 1 / MostGrowth, MostGrowth), events / (events + LevelTrust));
    }

    // The median over the week's days: three of them may have gone wrong.
    private double? DailyGrowth(WatchedMetric metric, int hoursBefore, int end)
    {
        for (var day = 0; day < LevelDays; day++)
        {
            var dayEnd = end - (day * Day);
            if (metric.Of(series.Between(dayEnd - Day, dayEnd)) is not { } now
                || metric.Of(series.Between(dayEnd - Day - hoursBefore, dayEnd - hoursBefore)) is not (> 0 and var before))
                return null;
            _days[day] = now / before;
        }

        return Median(_days) is > 0 and var growth ? growth : null;
    }

    private int Gather(WatchedMetric metric, int window, int shift)
    {
        var count = 0;
        for (var i = 0; i < _seasons; i++)
        {
            var end = _back[i] + shift + 1;
            if (end - window >= 0 && end <= _at.Hour + 1 - window && metric.Of(series.Between(end - window, end)) is { } value)
                _values[count++] = value * _levels[i];
        }

        return count;
    }

    private double EventsPerAmount(WatchedMetric metric, int window)
    {
        var (events, amount) = (0L, 0L);
        for (var i = 0; i < _seasons; i++)
        {
            var sums = series.Between(_back[i] + 1 - window, _back[i] + 1);
            events += metric.Events(sums);
            amount += metric.Amount(sums);
        }

        return amount > 0 ? (double)events / amount : 0;
    }

    // Before its first event a figure has no pattern, and nothing there counts as 0.
    private int FirstEventOf(WatchedMetric metric)
    {
        if (_lived.TryGetValue(metric, out var known))
            return known;

        var (low, high) = (0, series.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (metric.Events(series.Between(0, middle + 1)) > 0)
                high = middle;
            else
                low = middle + 1;
        }

        return _lived[metric] = low;
    }

    private static double Median(Span<double> values)
    {
        values.Sort();
        var middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
