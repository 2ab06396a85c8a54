namespace TrackHub.Load.Sentry;

/// <summary>What goes wrong in a made series, and when.</summary>
/// <param name="Kind">outage, drop, drift, ctr, cost, overspend, promo.</param>
/// <param name="Start">First hour.</param>
/// <param name="Hours">How long.</param>
/// <param name="Depth">How much: what is lost, or what costs rise by, as a share.</param>
internal sealed record Incident(string Kind, int Start, int Hours, double Depth)
{
    /// <summary>Factors on an hour's means.</summary>
    internal readonly record struct Effect(double Conversions, double Clicks, double Spend)
    {
        public static readonly Effect None = new(1, 1, 1);
    }

    /// <summary>What it does to an hour. A drift grows over its first three quarters.</summary>
    public Effect At(int hour)
    {
        if (hour < Start || hour >= Start + Hours)
            return Effect.None;

        var depth = Kind == "drift" ? Depth * Math.Min(1, (hour - Start + 1) / (0.75 * Hours)) : Depth;
        return Kind switch
        {
            "ctr" => new(1 - depth, 1 - depth, 1),          // ads shown as often, clicked less, bought from less
            "cost" => new(1, 1 / (1 + depth), 1),           // the same money buys fewer clicks, and as many sales: brand searches
            "overspend" => new(1, 1 + depth, 1 + depth),    // more money, more clicks, no more sales
            "promo" => new(1 + depth, 1, 1),                // good news
            _ => new(1 - depth, 1, 1),                      // sales are lost
        };
    }
}
