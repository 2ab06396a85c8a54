using TrackHub.Schemas;

namespace TrackHub.Matching.Deciding;

/// <summary>What a sale offers to matching.</summary>
/// <param name="ReceivedAt">When the ingress received it; what "late" is measured against.</param>
/// <param name="Pass">1 at once, 2 after 5 s, 3 after a further 60 s.</param>
/// <param name="Present">The signals it carries.</param>
/// <param name="Features">What stage 3 compares.</param>
internal sealed record SaleFacts(DateTimeOffset ReceivedAt, int Pass, IReadOnlySet<Signal> Present, Features Features)
{
    /// <summary>The facts of a sale's record at a pass.</summary>
    public static SaleFacts Of(TrackedEvent sale, int pass)
    {
        var present = new HashSet<Signal>();
        if (sale.ClickId is { Length: > 0 })
            present.Add(Signal.ClickId);
        if (sale.SessionId is { Length: > 0 })
            present.Add(Signal.Session);
        if (sale.Keys.Email is not null)
            present.Add(Signal.Email);
        if (sale.Keys.Phone is not null)
            present.Add(Signal.Phone);
        if (sale.Keys.ExternalId is not null)
            present.Add(Signal.ExternalId);
        if (sale.Keys.Fbclid is not null)
            present.Add(Signal.Fbclid);
        if (sale.Keys.Ip is not null)
            present.Add(Signal.Ip);
        if (sale.Keys.IpPrefix is not null)
            present.Add(Signal.IpPrefix);
        return new(sale.ReceivedAt, pass, present, Features.Of(sale.Keys, sale.Traits, sale.Sale));
    }
}
