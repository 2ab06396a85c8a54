using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using TrackHub.Ingest.Json;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Money;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Tracking;

/// <summary>Turns a browser event in clear into the record that leaves the process: hashed, indexed, sealed, and bytes at once.</summary>
/// <remarks>A click's texts go from the body's arena into the record; none of them, nor the record, is ever an object (ingress-profile.md).</remarks>
internal sealed class TrackRecords(PersonSealer sealer, IngestMetrics metrics, TimeProvider clock)
{
    private const int MaxLanguage = 16;

    /// <summary>Builds the record of a sound event for <c>track-events</c>.</summary>
    /// <param name="body">The event, checked by <see cref="TrackRules"/>.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="visit">Where it came from.</param>
    /// <exception cref="KeyGoneException">There is no key of today to seal with.</exception>
    public EncodedEvent Build(in TrackedBody body, EventKind kind, in Visit visit)
    {
        var page = body.Url ?? PageAddress.None;
        var told = body.EventTime ?? visit.ReceivedAt;
        var time = told > visit.ReceivedAt ? visit.ReceivedAt : told;
        var currency = body.Value is null ? "" : body.Currency.IsEmpty ? visit.Brand.Currency : body.Currency.ToString().ToUpperInvariant();
        var hasValue = MinorUnits.TryFromMajor(body.Value ?? -1, currency, out var value);

        Span<char> ingestId = stackalloc char[EventIds.IngestIdLength];
        EventIds.WriteIngestId(clock, ingestId);
        Span<char> made = stackalloc char[EventIds.NewBrowserIdLength];
        if (body.EventId.IsEmpty)
            EventIds.WriteBrowserId(made);
        scoped var eventId = body.EventId.IsEmpty ? made : body.EventId.Span;
        Span<char> clickId = stackalloc char[ClickIds.MaxLength];
        Span<char> language = stackalloc char[MaxLanguage];
        var userAgent = visit.IsServer ? body.UserAgent.Span : visit.Request.Headers.UserAgent.ToString();

        using var person = sealer.Seal(visit.Brand, VisitorOf(body, page, visit, userAgent, time), visit.ReceivedAt);
        metrics.Dropped(person.Dropped);
        var record = new TrackedEventSpans
        {
            IngestId = ingestId,
            BrandId = visit.Brand.Id,
            Kind = kind,
            EventId = eventId,
            EventTime = time,
            ReceivedAt = visit.ReceivedAt,
            OriginalEventTime = told > visit.ReceivedAt ? told : null,
            SessionId = OrNull(body.SessionId),
            ClickId = OrNull(clickId[..ClickIds.Find(body.ClickId.Span, clickId)]),
            Url = OrNull(page.Kept),
            Keys = person.Keys,
            Traits = TraitsOf(body, page, UserAgents.Parse(userAgent), language[..(visit.IsServer ? 0 : WriteLanguage(visit.Request, language))]),
            ValueMinor = hasValue ? value : null,
            Currency = hasValue ? currency : default,
            ConsentAds = kind is EventKind.Consent ? body.Ads : body.ConsentAds,
            HasUserData = person.HasUserData,
            UserData = person.UserData,
        };
        return EncodedEvent.Of(record, body.SessionId.IsEmpty ? eventId : body.SessionId.Span);
    }

    private static VisitorData VisitorOf(in TrackedBody body, in PageAddress page, in Visit visit, ReadOnlySpan<char> userAgent, DateTimeOffset time) => new()
    {
        // A server key's request comes from the seller's own machine: only what it says of the visitor counts.
        Ip = visit.IsServer ? body.ClientIp.Span : default,
        Peer = visit.IsServer ? null : visit.Request.HttpContext.Connection.RemoteIpAddress,
        UserAgent = userAgent,
        Fbc = body.Fbc.Span,
        Fbp = body.Fbp.Span,
        Fbclid = body.Fbclid.IsEmpty ? page.Fbclid.Span : body.Fbclid.Span,
        FbclidSeenAt = time,
        Known = KnownOf(body),
    };

    // Few clicks say who it was.
    private static PersonData? KnownOf(in TrackedBody body)
    {
        if (body.Email.IsEmpty && body.Phone.IsEmpty && body.ExternalId.IsEmpty)
            return null;

        var person = new PersonData { ExternalId = body.ExternalId.ToString() };
        if (!body.Email.IsEmpty)
            person.Emails.Add(body.Email.ToString());
        if (!body.Phone.IsEmpty)
            person.Phones.Add(body.Phone.ToString());
        return person;
    }

    private static TraitsSpans TraitsOf(in TrackedBody body, in PageAddress page, CoarseAgent agent, ReadOnlySpan<char> language)
    {
        var utm = body.Utm.Or(page.Utm);
        return new()
        {
            Browser = agent.Browser,
            BrowserMajor = agent.Major,
            Os = agent.Os,
            Language = OrNull(language),
            Product = OrNull(TolerantReads.Clean(body.Product)),
            Page = OrNull(page.Page),
            Referrer = OrNull(body.Referrer),
            UtmSource = OrNull(utm.Source),
            UtmMedium = OrNull(utm.Medium),
            UtmCampaign = OrNull(utm.Campaign),
            UtmContent = OrNull(utm.Content),
            UtmTerm = OrNull(utm.Term),
            Gclid = OrNull(body.Gclid.IsEmpty ? page.Gclid : body.Gclid),
        };
    }

    // The first tag of "pt-BR,pt;q=0.9,en;q=0.8" is what the visitor reads. Returns its length, 0 for none.
    private static int WriteLanguage(HttpRequest request, Span<char> language)
    {
        var tag = request.Headers[HeaderNames.AcceptLanguage].ToString().AsSpan();
        var end = tag.IndexOfAny(',', ';');
        tag = (end < 0 ? tag : tag[..end]).Trim();
        foreach (var c in tag)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '-')
                return 0;
        }

        return tag.Length is > 1 and <= MaxLanguage ? tag.ToLowerInvariant(language) : 0;
    }

    private static ReadOnlySpan<char> OrNull(ReadOnlyMemory<char> text) => OrNull(text.Span);

    private static ReadOnlySpan<char> OrNull(ReadOnlySpan<char> text) => text.IsEmpty ? default : text;
}

/// <summary>Where a track event came from.</summary>
/// <param name="Brand">Brand of the key.</param>
/// <param name="IsServer">Whether it was a secret server key.</param>
/// <param name="Request">The request, for what a browser says of itself.</param>
/// <param name="ReceivedAt">When it came.</param>
internal readonly record struct Visit(Brand Brand, bool IsServer, HttpRequest Request, DateTimeOffset ReceivedAt);
