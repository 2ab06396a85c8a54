using System.Globalization;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Integration.Matching.Windows;

/// <summary>
/// Visitors that come from ads, one click each, as large as real ones: a click id of Meta's length, a phone's user agent, cookies, campaign
/// parameters in the address. Eight visitors share a /48, as carriers have it.
/// </summary>
internal sealed class AdVisitors(PersonSealer sealer, TimeProvider clock)
{
    private const string Page = "loja.example.com/cursos/organize-sua-rotina";

    private static readonly string[] Campaigns = ["[VENDAS][ABO][BR] Lancamento Marco", "[VENDAS][CBO][BR] Perpetuo Remarketing", "[VENDAS][ASC] Advantage"];

    /// <summary>The click of a visitor; the same number gives the same visitor.</summary>
    public TrackedEvent Click(Brand brand, int number)
    {
        var text = number.ToString("x8", CultureInfo.InvariantCulture);
        var fbclid = $"PAZXh0bgNhZW0BMABhZGlkAasm{text}vXzQ4wLhYpTn7sKc2RmEo1GdBiUxAJ5fWqHyV3tZk{text}_aem_Q0{text}LrNpMvSeTg";
        var campaign = Campaigns[number % Campaigns.Length];
        var now = clock.GetUtcNow();
        var (keys, box) = sealer.Seal(
            brand,
            new PersonData
            {
                Fbclid = fbclid,
                Fbp = $"fb.1.{now.ToUnixTimeMilliseconds()}.{1_000_000_000 + number}",
                Ip = string.Create(CultureInfo.InvariantCulture, $"2001:db8:{number >> 3:x}:{number & 7:x}::1"),
                UserAgent = $"Mozilla/5.0 (Linux; Android 14; SM-A{100 + (number % 500)}M Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
                    + "Version/4.0 Chrome/141.0.7390.97 Mobile Safari/537.36 Instagram 402.0.0.49.78 Android",
            },
            now);
        return new()
        {
            IngestId = EventIds.NewIngestId(clock),
            BrandId = brand.Id,
            Kind = EventKind.Click,
            EventId = EventIds.NewBrowserId(),
            EventTime = now,
            ReceivedAt = now,
            SessionId = $"ths_{text}{text}",
            ClickId = $"th_{text}abcdefghjkmnpqrstv",
            Url = $"https://{Page}?utm_source=facebook&utm_medium=paid&utm_campaign={Uri.EscapeDataString(campaign)}&utm_content=criativo-07&utm_term=frio",
            Keys = keys,
            Traits = new()
            {
                Browser = "instagram",
                BrowserMajor = 402,
                Os = "android",
                Language = "pt-br",
                TimeZone = "America/Sao_Paulo",
                Country = "br",
                Region = "sp",
                Page = Page,
                Referrer = "l.instagram.com",
                UtmSource = "facebook",
                UtmMedium = "paid",
                UtmCampaign = campaign,
                UtmContent = "criativo-07",
                UtmTerm = "frio",
            },
            UserData = box,
        };
    }
}
