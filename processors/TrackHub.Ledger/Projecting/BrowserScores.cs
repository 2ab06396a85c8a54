using System.Security.Cryptography;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Quality;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Ledger.Projecting;

/// <summary>How well Meta can match a browser event.</summary>
/// <param name="Source">The event.</param>
/// <param name="EventName">Meta's name of it.</param>
/// <param name="Score">0 to 10.</param>
/// <param name="Keys">Keys it brings, in Meta's names.</param>
internal sealed record BrowserScore(Source<TrackedEvent> Source, string EventName, double Score, IReadOnlyList<string> Keys);

/// <summary>Scores what goes to Meta straight from the browser, from the user data it goes with: nothing else is added to it on the way.</summary>
internal sealed class BrowserScores(TenantDirectory directory, Sealer sealer)
{
    /// <summary>Checkouts, and page views of brands that send them. What cannot be opened any more says nothing and is left out.</summary>
    public IReadOnlyList<BrowserScore> Of(IEnumerable<Source<TrackedEvent>> events) => [.. events.Select(ScoreOf).OfType<BrowserScore>()];

    private BrowserScore? ScoreOf(Source<TrackedEvent> source)
    {
        if (directory.Current.Brand(source.Value.BrandId) is not { } brand || NameOf(source.Value) is not { } name)
            return null;
        try
        {
            var (keys, score) = MatchQuality.Of(source.Value.UserData is { } box ? sealer.OpenUserData(brand.TenantId, box) : new());
            return new(source, name, score, keys);
        }
        catch (Exception e) when (e is KeyGoneException or CryptographicException or AvroFormatException)
        {
            return null;
        }
    }

    private string? NameOf(TrackedEvent tracked) => tracked.Kind switch
    {
        EventKind.InitiateCheckout => "InitiateCheckout",
        EventKind.PageView when directory.Current.ActivePixels(tracked.BrandId).Any(static pixel => pixel.SendPageView) => "PageView",
        _ => null,
    };
}
