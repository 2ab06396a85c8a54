using TrackHub.Platform.Streams;

namespace TrackHub.Platform.Tests.Streams;

public sealed class LogPlaceTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1500", 1500)]
    public void Digits_are_an_offset(string text, long offset)
    {
        LogPlace.TryParse(text, Now, out var place).ShouldBeTrue();

        place.ShouldBe(new LogPlace(offset, null));
    }

    [Theory]
    [InlineData("2h", 7_200)]
    [InlineData("90s", 90)]
    [InlineData("10m", 600)]
    [InlineData("1h30m", 5_400)]
    [InlineData("3d", 259_200)]
    [InlineData("1d2h3m4s", 93_784)]
    public void A_duration_is_a_time_ago(string text, int seconds)
    {
        LogPlace.TryParse(text, Now, out var place).ShouldBeTrue();

        place.ShouldBe(new LogPlace(null, Now.AddSeconds(-seconds)));
    }

    [Theory]
    [InlineData("2026-11-22T08:30:00Z", "2026-11-22T08:30:00+00:00")]
    [InlineData("2026-11-22T08:30:00-03:00", "2026-11-22T08:30:00-03:00")]
    [InlineData("2026-11-22 08:30", "2026-11-22T08:30:00+00:00")]
    [InlineData("2026-11-22", "2026-11-22T00:00:00+00:00")]
    public void An_ISO_time_is_a_time_in_UTC_unless_it_names_a_zone(string text, string time)
    {
        LogPlace.TryParse(text, Now, out var place).ShouldBeTrue();

        place.ShouldBe(new LogPlace(null, DateTimeOffset.Parse(time)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-5")]
    [InlineData("2x")]
    [InlineData("h")]
    [InlineData("30m1h")]
    [InlineData("99999999999999999d")]
    [InlineData("99999999999999999999")]
    [InlineData("yesterday")]
    [InlineData("22/11/2026")]
    [InlineData("2026-13-01")]
    public void Anything_else_is_no_place(string text) => LogPlace.TryParse(text, Now, out _).ShouldBeFalse();
}
