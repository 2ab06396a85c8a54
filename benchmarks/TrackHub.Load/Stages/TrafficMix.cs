namespace TrackHub.Load.Stages;

/// <summary>
/// Shares by which labelled traffic is made. They are assumptions of ours about a Brazilian seller of digital goods, not measurements of one:
/// figures made from them tell how the stages cope with such traffic. What a brand's own traffic gives is measured live, on sales that stage 1
/// resolves (trackhub.matcher.blind, docs/metrics.md).
/// </summary>
internal sealed record TrafficMix
{
    /// <summary>Visitors who came by a tracked click, in <see cref="Days"/>.</summary>
    public int Visitors { get; init; } = 12_000;

    /// <summary>Days over which they come.</summary>
    public double Days { get; init; } = 6;

    /// <summary>Share of them who buy.</summary>
    public double Buyers { get; init; } = 0.06;

    /// <summary>Further sales to people whose visit was never seen, per sale to one who was.</summary>
    public double UnseenBuyers { get; init; } = 0.20;

    /// <summary>Visits from a mobile carrier: one address for hundreds, another one after a while.</summary>
    public double Mobile { get; init; } = 0.45;

    /// <summary>Visits from offices, universities and cafés: one address for dozens at a time.</summary>
    public double SharedPlaces { get; init; } = 0.10;

    /// <summary>Addresses that carriers put their customers behind, spread over <see cref="CarrierPrefixes"/> neighbourhoods.</summary>
    public int CarrierAddresses { get; init; } = 120;

    /// <summary>Neighbourhoods (/24 or /48) of the carriers' addresses.</summary>
    public int CarrierPrefixes { get; init; } = 15;

    /// <summary>Offices and cafés.</summary>
    public int Places { get; init; } = 40;

    /// <summary>Households with a further visitor on the same address.</summary>
    public double SecondInHousehold { get; init; } = 0.08;

    /// <summary>Buyers who pay from another network than they clicked from.</summary>
    public double NetworkChange { get; init; } = 0.15;

    /// <summary>Buyers who pay on another device.</summary>
    public double DeviceChange { get; init; } = 0.10;

    /// <summary>Buyers who leave the browser inside an app for the system's.</summary>
    public double LeavesApp { get; init; } = 0.20;

    /// <summary>Sales that bring an address: the gateway tells the buyer's.</summary>
    public double SaleAddress { get; init; } = 0.80;

    /// <summary>Sales with an address that bring the user agent too.</summary>
    public double SaleUserAgent { get; init; } = 0.75;

    /// <summary>Sales that bring TrackHub's click id back.</summary>
    public double SaleClickId { get; init; } = 0.45;

    /// <summary>Visitors who gave their e-mail on the site.</summary>
    public double GivesEmail { get; init; } = 0.35;

    /// <summary>E-mails mistyped at one of the two places.</summary>
    public double MistypedEmail { get; init; } = 0.04;

    /// <summary>Buyers who use an e-mail that another visitor gave before them: families, assistants.</summary>
    public double SharedEmail { get; init; } = 0.01;

    /// <summary>Checkouts that hand the campaign on to the gateway.</summary>
    public double SaleCampaign { get; init; } = 0.55;

    /// <summary>Of those, a campaign of an older visit.</summary>
    public double StaleCampaign { get; init; } = 0.08;

    /// <summary>Checkouts that hand on the source alone.</summary>
    public double SaleSource { get; init; } = 0.15;

    /// <summary>Visitors from abroad.</summary>
    public double Abroad { get; init; } = 0.04;

    /// <summary>Visitors whose page knows their state, and sales that tell the buyer's.</summary>
    public (double Pages, double Sales) Region { get; init; } = (0.15, 0.60);

    /// <summary>Buyers whose billing address lies in another state or country.</summary>
    public double BilledElsewhere { get; init; } = 0.06;

    /// <summary>Buyers who buy another product than the one they came for.</summary>
    public double OtherProduct { get; init; } = 0.10;

    /// <summary>Pages that name the gateway's product id.</summary>
    public double PageProduct { get; init; } = 0.40;

    /// <summary>Landing pages whose path ends with the product's name.</summary>
    public double NamedLandingPage { get; init; } = 0.60;

    /// <summary>Buyers who were seen at the checkout, and visitors who went there and did not buy.</summary>
    public (double Buyers, double Others) Checkout { get; init; } = (0.60, 0.06);

    /// <summary>Events whose clock is wrong, by minutes to two hours, either way.</summary>
    public double SkewedClock { get; init; } = 0.03;

    /// <summary>Events that arrive up to a minute late.</summary>
    public double LateArrival { get; init; } = 0.02;
}
