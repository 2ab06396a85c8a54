using TrackHub.Matching.Consents;
using TrackHub.Platform.Tenants;

namespace TrackHub.Matching.Tests.Consents;

public sealed class ConsentRuleTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(true, null, null)]
    [InlineData(true, ConsentBasis.Required, null)]
    [InlineData(false, ConsentBasis.Granted, "refused")]
    [InlineData(null, ConsentBasis.Granted, null)]
    [InlineData(null, ConsentBasis.Required, "consent_unknown")]
    [InlineData(null, null, "no_basis")]
    public void The_visitors_word_goes_before_the_brands_basis(bool? ads, ConsentBasis? basis, string? blocked) =>
        ConsentVerdict.Of(ads is { } word ? new KnownConsent(word, Noon) : null, basis).Blocked.ShouldBe(blocked);

    [Fact]
    public void The_newest_consent_wins_whichever_arrives_first()
    {
        KnownConsent granted = new(true, Noon);
        KnownConsent withdrawn = new(false, Noon.AddSeconds(1));

        KnownConsent.Newest(granted, withdrawn).ShouldBe(withdrawn);
        KnownConsent.Newest(withdrawn, granted).ShouldBe(withdrawn);
        KnownConsent.Newest(null, granted).ShouldBe(granted);
        KnownConsent.Newest(granted, null).ShouldBe(granted);
    }

    [Fact]
    public void Of_two_at_the_same_time_the_refusal_wins() =>
        KnownConsent.Newest(new(true, Noon), new(false, Noon)).ShouldBe(new(false, Noon));
}
