namespace TrackHub.Matching.Deciding;

/// <summary>How likely a click and a sale are of one person, by features that name nobody: 0 to 1, with what each feature added.</summary>
internal readonly record struct ProbabilisticScore(double Score, IReadOnlyList<ProbabilisticScore.Part> Parts)
{
    /// <summary>One feature's contribution; negative where it contradicts.</summary>
    internal readonly record struct Part(string Name, double Weight);

    /// <summary>Scores a candidate that carries features.</summary>
    public static ProbabilisticScore Of(SaleFacts sale, Candidate candidate, ProbabilisticWeights weights)
    {
        var left = sale.Features;
        var right = candidate.Features ?? throw new ArgumentException("The candidate carries no features.", nameof(candidate));
        var parts = new List<Part>(8);

        if (Same(left.Ip, right.Ip))
            parts.Add(new("ip", weights.Ip));
        else if (Same(left.IpPrefix, right.IpPrefix))
            parts.Add(new("ip_prefix", weights.IpPrefix));

        AddBrowser(parts, left, right, weights);
        AddPlace(parts, left, right, weights);

        if (Same(left.Product, right.Product))
            parts.Add(new("product", weights.Product));
        if (Same(left.Campaign, right.Campaign))
            parts.Add(new("utm_campaign", weights.Campaign));
        if (Same(left.Source, right.Source))
            parts.Add(new("utm_source", weights.Source));

        var distance = (sale.ReceivedAt - candidate.EventTime).Duration();
        parts.Add(new("time", weights.Time * Math.Pow(2, -(distance / weights.TimeHalfLife))));
        return new(Math.Clamp(parts.Sum(p => p.Weight), 0, 1), parts);
    }

    private static void AddBrowser(List<Part> parts, Features left, Features right, ProbabilisticWeights weights)
    {
        if (Same(left.UserAgent, right.UserAgent))
        {
            parts.Add(new("user_agent", weights.UserAgent));
            return;
        }

        if (left.Browser == 0 || right.Browser == 0)
            return;
        var family = left.Browser == right.Browser && (left.Os == right.Os || left.Os == 0 || right.Os == 0);
        parts.Add(!family ? new("browser", weights.BrowserMismatch)
            : left.BrowserMajor == right.BrowserMajor ? new("browser", weights.BrowserVersion)
            : new("browser", weights.BrowserFamily));
    }

    private static void AddPlace(List<Part> parts, Features left, Features right, ProbabilisticWeights weights)
    {
        if (left.Country != 0 && right.Country != 0)
        {
            parts.Add(new("country", left.Country == right.Country ? weights.Country : weights.CountryMismatch));
            if (left.Country != right.Country)
                return;
        }

        if (left.Region != 0 && right.Region != 0)
            parts.Add(new("region", left.Region == right.Region ? weights.Region : weights.RegionMismatch));
    }

    private static bool Same(uint left, uint right) => left != 0 && left == right;
}
