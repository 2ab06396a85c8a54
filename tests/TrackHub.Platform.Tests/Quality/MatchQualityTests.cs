using TrackHub.Platform.Quality;

namespace TrackHub.Platform.Tests.Quality;

public sealed class MatchQualityTests
{
    [Fact]
    public void All_keys_together_are_ten() => MatchQuality.Keys.Sum(static key => key.Hundredths).ShouldBe(1000);

    [Fact]
    public void No_key_is_zero() => MatchQuality.Of(new()).Score.ShouldBe(0);

    [Fact]
    public void Email_phone_and_click_id_are_just_green()
    {
        var (keys, score) = MatchQuality.Of(new() { Em = ["a"], Ph = ["b"], Fbc = "fb.1.1700000000000.x" });

        keys.ShouldBe(["em", "fbc", "ph"]);
        score.ShouldBe(6.0);
        MatchQuality.IsGreen(score).ShouldBeTrue();
    }

    [Fact]
    public void A_score_just_short_of_green_is_not_shown_as_green()
    {
        // 5.95 in all.
        var (_, score) = MatchQuality.Of(new() { Em = ["a"], Ph = ["b"], Fbp = "fb.1.1700000000000.1", ClientIpAddress = "203.0.113.7", Country = ["br"], Ge = ["f"] });

        score.ShouldBe(5.9);
        MatchQuality.IsGreen(score).ShouldBeFalse();
    }

    [Theory]
    [InlineData(0.0, "Poor", false)]
    [InlineData(3.9, "Poor", false)]
    [InlineData(4.0, "Ok", false)]
    [InlineData(5.9, "Ok", false)]
    [InlineData(6.0, "Good", true)]
    [InlineData(7.9, "Good", true)]
    [InlineData(8.0, "Great", true)]
    [InlineData(10.0, "Great", true)]
    public void Bands_begin_at_4_6_and_8(double score, string band, bool green)
    {
        MatchQuality.Band(score).ToString().ShouldBe(band);
        MatchQuality.IsGreen(score).ShouldBe(green);
    }
}
