namespace TrackHub.Matching.Deciding;

/// <summary>The visitors near a sale's address, and what comparing the sale with one of them says among them.</summary>
internal sealed class Surroundings(SaleFacts sale, IReadOnlyList<Visitor> visitors, bool crowded, ProbabilisticWeights weights)
{
    private readonly int _atAddress = visitors.Count(static v => v.SameAddress);

    /// <summary>Every comparison that both sides allow, with its weight. The address stands first.</summary>
    public List<Likelihood.Part> Compare(Visitor visitor)
    {
        var parts = new List<Likelihood.Part>(9) { Address(visitor) };
        Add(parts, Browser(visitor));
        Add(parts, Agreement(visitor, sale.Features.Country, static f => f.Country, weights.Country, weights.OtherCountry, byShare: false));
        Add(parts, Agreement(visitor, sale.Features.Region, static f => f.Region, weights.Region, weights.OtherRegion));
        Add(parts, Agreement(visitor, sale.Features.Product, static f => f.Product, weights.Product, weights.OtherProduct));
        Add(parts, Agreement(visitor, sale.Features.Page, static f => f.Page, weights.LandingPage, weights.OtherLandingPage));
        Add(parts, Agreement(visitor, sale.Features.Campaign, static f => f.Campaign, weights.Campaign, weights.OtherCampaign)
            ?? Agreement(visitor, sale.Features.Source, static f => f.Source, weights.Source, weights.OtherSource));
        var checkout = visitor.ReachedCheckout ? weights.Checkout : weights.NoCheckout;
        parts.Add(new(checkout.Name, checkout.Weight));
        var distance = (sale.ReceivedAt - visitor.Newest.EventTime).Duration();
        var time = weights.Time.First(t => distance < t.Below).Level;
        parts.Add(new(time.Name, time.Weight));
        return parts;
    }

    /// <summary>The odds that the buyer is somebody of that address, shared by all who were seen there: a rare address says more.</summary>
    private Likelihood.Part Address(Visitor visitor) => visitor.SameAddress
        ? new("ip", Math.Log((crowded ? weights.CrowdedAddressOdds : weights.AddressOdds) / _atAddress))
        : new("ip_prefix", Math.Log(weights.PrefixOdds / (visitors.Count - _atAddress)));

    private Likelihood.Part? Browser(Visitor visitor)
    {
        var (mine, theirs) = (sale.Features, visitor.Newest.Features!.Value);
        if (visitor.Agrees(mine.UserAgent, static f => f.UserAgent) == true)
            return new(weights.UserAgent.Name, weights.UserAgent.WeightAmong(Share(visitor, mine.UserAgent, static f => f.UserAgent, weights.UserAgent.U)));
        if (mine.Browser == 0 || theirs.Browser == 0)
            return null;

        var family = mine.Browser == theirs.Browser && (mine.Os == theirs.Os || mine.Os == 0 || theirs.Os == 0);
        var level = !family ? weights.OtherBrowser : mine.BrowserMajor == theirs.BrowserMajor ? weights.BrowserVersion : weights.BrowserFamily;
        return new(level.Name, level.Weight);
    }

    private Likelihood.Part? Agreement(Visitor visitor, uint value, Func<Features, uint> feature, Level same, Level other, bool byShare = true) =>
        visitor.Agrees(value, feature) switch
        {
            true => new(same.Name, byShare ? same.WeightAmong(Share(visitor, value, feature, same.U)) : same.Weight),
            false => new(other.Name, other.Weight),
            null => null,
        };

    /// <summary>How common a value is: among the other visitors around, drawn towards its share in all traffic the fewer they are.</summary>
    private double Share(Visitor visitor, uint value, Func<Features, uint> feature, double share)
    {
        var (same, told) = (0, 0);
        foreach (var other in visitors)
        {
            if (ReferenceEquals(other, visitor) || other.Agrees(value, feature) is not { } agrees)
                continue;
            told++;
            same += agrees ? 1 : 0;
        }

        return (same + (weights.RarityWeight * share)) / (told + weights.RarityWeight);
    }

    private static void Add(List<Likelihood.Part> parts, Likelihood.Part? part)
    {
        if (part is { } some)
            parts.Add(some);
    }
}
