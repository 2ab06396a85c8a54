namespace TrackHub.Matching.Deciding;

/// <summary>What each feature adds to a stage-3 score. The hits add up to 1; a contradiction subtracts. Reasons: processors/README.md.</summary>
internal sealed record ProbabilisticWeights
{
    /// <summary>The first weighting.</summary>
    public static readonly ProbabilisticWeights First = new();

    /// <summary>Same address. The strongest hint, but shared behind carriers and in cafés: never enough alone.</summary>
    public double Ip { get; init; } = 0.45;

    /// <summary>Only the same /24 or /48: a home or mobile network that changed the last part.</summary>
    public double IpPrefix { get; init; } = 0.18;

    /// <summary>Same raw user agent.</summary>
    public double UserAgent { get; init; } = 0.25;

    /// <summary>Other raw user agent, same browser, major version and system.</summary>
    public double BrowserVersion { get; init; } = 0.14;

    /// <summary>Same browser and system, other version (updated between click and sale).</summary>
    public double BrowserFamily { get; init; } = 0.07;

    /// <summary>Other browser or system: mostly another person behind one address.</summary>
    public double BrowserMismatch { get; init; } = -0.20;

    /// <summary>Same country.</summary>
    public double Country { get; init; } = 0.02;

    /// <summary>Other country: contradiction.</summary>
    public double CountryMismatch { get; init; } = -0.30;

    /// <summary>Same state within the country.</summary>
    public double Region { get; init; } = 0.05;

    /// <summary>Other state: the billing address may lie elsewhere, so it costs little.</summary>
    public double RegionMismatch { get; init; } = -0.05;

    /// <summary>Same product.</summary>
    public double Product { get; init; } = 0.05;

    /// <summary>Same campaign came back through the checkout.</summary>
    public double Campaign { get; init; } = 0.06;

    /// <summary>Same utm_source.</summary>
    public double Source { get; init; } = 0.02;

    /// <summary>Largest contribution of nearness in time; halves every <see cref="TimeHalfLife"/>.</summary>
    public double Time { get; init; } = 0.10;

    /// <summary>Half-life of the time contribution.</summary>
    public TimeSpan TimeHalfLife { get; init; } = TimeSpan.FromHours(6);

    /// <summary>Two visitors whose scores lie closer than this cannot be told apart: nobody is chosen.</summary>
    public double Ambiguity { get; init; } = 0.05;
}
