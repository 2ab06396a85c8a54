namespace TrackHub.Matching.Deciding;

/// <summary>
/// What stage 3 compares and what each outcome says. Source of every number: counted on labelled traffic, seeds 1 to 8, by
/// <c>trackhub load stages</c>, which prints what it counts beside what stands here (benchmarks/results, load-stages.md).
/// </summary>
internal sealed record ProbabilisticWeights
{
    /// <summary>Version of these numbers and of the default threshold; written into each decision. 1 was a sum of points.</summary>
    public const int Version = 2;

    /// <summary>The numbers in use.</summary>
    public static readonly ProbabilisticWeights Default = new();

    /// <summary>Odds that the buyer is among the visitors of the sale's very address, before anything is compared.</summary>
    public double AddressOdds { get; init; } = 4.9;

    /// <summary>The same where the address's window is full: more were there than it remembers.</summary>
    public double CrowdedAddressOdds { get; init; } = 1.1;

    /// <summary>Odds that the buyer is among the visitors of the same /24 or /48 with other addresses.</summary>
    public double PrefixOdds { get; init; } = 0.09;

    /// <summary>Same raw user agent; its share is taken from the visitors around where that is higher.</summary>
    public Level UserAgent { get; init; } = new("user_agent", 0.823, 0.047);

    /// <summary>Other raw user agent, same browser, major version and system.</summary>
    public Level BrowserVersion { get; init; } = new("browser_version", 0.003, 0.033);

    /// <summary>Same browser and system, other version: updated between click and sale.</summary>
    public Level BrowserFamily { get; init; } = new("browser_family", 0.008, 0.082);

    /// <summary>Other browser or system.</summary>
    public Level OtherBrowser { get; init; } = new("other_browser", 0.167, 0.838);

    /// <summary>Same country. Nearly everybody agrees, so it says nearly nothing.</summary>
    public Level Country { get; init; } = new("country", 0.994, 0.927);

    /// <summary>Other country.</summary>
    public Level OtherCountry { get; init; } = new("other_country", 0.006, 0.073);

    /// <summary>Same state.</summary>
    public Level Region { get; init; } = new("region", 0.933, 0.098);

    /// <summary>Other state: billing addresses lie elsewhere too.</summary>
    public Level OtherRegion { get; init; } = new("other_region", 0.067, 0.902);

    /// <summary>Same product id on page and sale.</summary>
    public Level Product { get; init; } = new("product", 0.912, 0.248);

    /// <summary>Other product id.</summary>
    public Level OtherProduct { get; init; } = new("other_product", 0.088, 0.752);

    /// <summary>The landing page's path ends with the name of the product that was sold.</summary>
    public Level LandingPage { get; init; } = new("landing_page", 0.550, 0.148);

    /// <summary>It ends with something else.</summary>
    public Level OtherLandingPage { get; init; } = new("other_landing_page", 0.450, 0.852);

    /// <summary>Same utm_campaign came back through the checkout.</summary>
    public Level Campaign { get; init; } = new("utm_campaign", 0.934, 0.134);

    /// <summary>Another one did.</summary>
    public Level OtherCampaign { get; init; } = new("other_utm_campaign", 0.066, 0.866);

    /// <summary>Same utm_source, where no campaign can be compared.</summary>
    public Level Source { get; init; } = new("utm_source", 0.988, 0.831);

    /// <summary>Another one.</summary>
    public Level OtherSource { get; init; } = new("other_utm_source", 0.012, 0.169);

    /// <summary>The visitor went to the checkout.</summary>
    public Level Checkout { get; init; } = new("checkout", 0.533, 0.015);

    /// <summary>The visitor was not seen at the checkout.</summary>
    public Level NoCheckout { get; init; } = new("no_checkout", 0.467, 0.985);

    /// <summary>Time from the visitor's newest event to the sale: the decay, level by level, each up to a bound.</summary>
    public IReadOnlyList<(TimeSpan Below, Level Level)> Time { get; init; } =
    [
        (TimeSpan.FromMinutes(5), new("within_5_min", 0.196, 0.005)),
        (TimeSpan.FromMinutes(15), new("within_15_min", 0.236, 0.008)),
        (TimeSpan.FromHours(1), new("within_1_h", 0.221, 0.037)),
        (TimeSpan.FromHours(6), new("within_6_h", 0.186, 0.244)),
        (TimeSpan.FromDays(1), new("within_1_d", 0.093, 0.361)),
        (TimeSpan.MaxValue, new("over_1_d", 0.067, 0.346)),
    ];

    /// <summary>Every outcome of every comparison.</summary>
    public IEnumerable<Level> Levels() =>
    [
        UserAgent, BrowserVersion, BrowserFamily, OtherBrowser, Country, OtherCountry, Region, OtherRegion, Product, OtherProduct, LandingPage, OtherLandingPage,
        Campaign, OtherCampaign, Source, OtherSource, Checkout, NoCheckout, .. Time.Select(static t => t.Level),
    ];

    /// <summary>
    /// Visitors that a feature's own share weighs as much as, when the visitors around are asked how common a value is: with few of them
    /// the share counted over all traffic decides.
    /// </summary>
    public double RarityWeight { get; init; } = 4;

    /// <summary>
    /// Factor on the sum of weights. Features depend on each other (who is elsewhere also has another browser), so a plain sum is surer than
    /// it may be; the factor is the one under which probabilities come true.
    /// </summary>
    public double Confidence { get; init; } = 0.75;
}
