using TrackHub.Cli.Lanes;
using TrackHub.Cli.Output;
using TrackHub.Dispatch.Parking;

namespace TrackHub.Cli.Tests.Lanes;

public sealed class LanesCommandTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(null, "")]
    [InlineData(-1, "expiring")]
    [InlineData(0, "expiring")]
    [InlineData(59, "59m")]
    [InlineData(60, "0d 1h 0m")]
    [InlineData((6 * 24 * 60) + (23 * 60) + 5, "6d 23h 5m")]
    public void The_countdown_reads_as_people_count(int? minutes, string shown) =>
        LanesCommand.Left(minutes is { } left ? Now.AddMinutes(left) : null, Now).ShouldBe(shown);

    [Fact]
    public void A_parked_lane_shows_why_how_many_and_until_when()
    {
        var lane = new LaneView
        {
            BrandId = "brandone0001",
            PixelId = "px_one",
            State = "parked",
            Reason = "token",
            Since = Now.AddDays(-1),
            Until = null,
            Failures = 0,
            LastSuccessAt = null,
            Parked = 17,
            ParkedReasons = ["token"],
            FirstExpiresAt = Now.AddDays(5),
        };

        LanesCommand.Columns(Now).Select(column => $"{column.Name}={Printer.Shown(column.Value(lane))}").ShouldBe(
        [
            "brand=brandone0001", "pixel=px_one", "state=parked", "reason=token", "since=2026-01-14 12:00:00Z", "until=", "failures=0", "parked=17", "parked_for=token",
            "first_expires_at=2026-01-20 12:00:00Z", "left=5d 0h 0m", "last_success_at=",
        ]);
    }
}
