using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using TrackHub.Ingest.Json;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Money;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Tracking;

/// <summary>Turns a browser event in clear into the record that leaves the process: hashed, indexed, sealed.</summary>
internal sealed class TrackRecords(PersonSealer sealer, IngestMetrics metrics)
{
    private const int MaxLanguage = 16;

    /// <summary>Builds the record of a sound event, and its key in <c>track-events</c>.</summary>
    /// <param name="body">The event, checked by <see cref="TrackRules"/>.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="visit">Where it came from.</param>
    /// <param name="ingestId">Its ingest id.</param>
    public (string Key, TrackedEvent Record) Build(in TrackedBody body, EventKind kind, Visit visit, string ingestId)
    {
        var page = body.Url ?? PageAddress.None;
        var told = body.EventTime ?? visit.ReceivedAt;
        var time = told > visit.ReceivedAt ? visit.ReceivedAt : told;
        var eventId = body.EventId ?? EventIds.NewBrowserId();
        var currency = body.Currency?.ToUpperInvariant() ?? visit.Brand.Currency;
        var visitor = PersonOf(body, page, visit, time);
        var person = sealer.Seal(visit.Brand, visitor, visit.ReceivedAt);
        metrics.Dropped(person.Dropped);
        var hasValue = MinorUnits.TryFromMajor(body.Value ?? -1, currency, out var value);

        var record = new TrackedEvent
        {
            IngestId = ingestId,
            BrandId = visit.Brand.Id,
            Kind = kind,
            EventId = eventId,
            EventTime = time,
            ReceivedAt = visit.ReceivedAt,
            OriginalEventTime = told > visit.ReceivedAt ? told : null,
            SessionId = body.SessionId,
            ClickId = ClickIds.TryFind(body.ClickId, out var clickId) ? clickId : null,
            Url = page.Kept,
            Keys = person.Keys,
            Traits = TraitsOf(body, page, visitor.UserAgent, visit),
            ValueMinor = hasValue ? value : null,
            Currency = hasValue ? currency : null,
            ConsentAds = kind is EventKind.Consent ? body.Ads : body.ConsentAds,
            UserData = person.UserData,
        };
        return ($"{visit.Brand.Id}/{body.SessionId ?? eventId}", record);
    }

    private static PersonData PersonOf(in TrackedBody body, in PageAddress page, Visit visit, DateTimeOffset time)
    {
        var person = new PersonData
        {
            ExternalId = body.ExternalId,
            // A server key's request comes from the seller's own machine: only what it says of the visitor counts.
            Ip = visit.IsServer ? body.ClientIp : visit.Request.HttpContext.Connection.RemoteIpAddress?.ToString(),
            UserAgent = visit.IsServer ? body.UserAgent : visit.Request.Headers.UserAgent,
            Fbc = body.Fbc,
            Fbp = body.Fbp,
            Fbclid = body.Fbclid ?? page.Fbclid,
            FbclidSeenAt = time,
        };
        if (body.Email is not null)
            person.Emails.Add(body.Email);
        if (body.Phone is not null)
            person.Phones.Add(body.Phone);
        return person;
    }

    private static Traits TraitsOf(in TrackedBody body, in PageAddress page, string? userAgent, Visit visit)
    {
        var agent = UserAgents.Parse(userAgent);
        var utm = body.Utm.Or(page.Utm);
        return new()
        {
            Browser = agent.Browser,
            BrowserMajor = agent.Major,
            Os = agent.Os,
            Language = visit.IsServer ? null : LanguageOf(visit.Request.Headers[HeaderNames.AcceptLanguage]),
            Product = TolerantReads.Clean(body.Product),
            Page = page.Page,
            Referrer = body.Referrer,
            UtmSource = utm.Source,
            UtmMedium = utm.Medium,
            UtmCampaign = utm.Campaign,
            UtmContent = utm.Content,
            UtmTerm = utm.Term,
            Gclid = body.Gclid ?? page.Gclid,
        };
    }

    // The first tag of "pt-BR,pt;q=0.9,en;q=0.8" is what the visitor reads.
    private static string? LanguageOf(string? accepted)
    {
        var tag = accepted.AsSpan();
        var end = tag.IndexOfAny(',', ';');
        tag = (end < 0 ? tag : tag[..end]).Trim();
        foreach (var c in tag)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '-')
                return null;
        }

        return tag.Length is > 1 and <= MaxLanguage ? tag.ToString().ToLowerInvariant() : null;
    }
}

/// <summary>Where a track event came from.</summary>
/// <param name="Brand">Brand of the key.</param>
/// <param name="IsServer">Whether it was a secret server key.</param>
/// <param name="Request">The request, for what a browser says of itself.</param>
/// <param name="ReceivedAt">When it came.</param>
internal readonly record struct Visit(Brand Brand, bool IsServer, HttpRequest Request, DateTimeOffset ReceivedAt);
