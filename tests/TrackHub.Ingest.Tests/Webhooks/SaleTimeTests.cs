using FsCheck;
using FsCheck.Fluent;
using TrackHub.Ingest.Webhooks;

namespace TrackHub.Ingest.Tests.Webhooks;

public sealed class SaleTimeTests
{
    private static readonly DateTimeOffset Received = new(2026, 9, 10, 17, 10, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("2026-09-10 14:04", "2026-09-10T17:04:00Z", "SaoPaulo")]
    [InlineData("2026-09-10 14:04:02", "2026-09-10T17:04:02Z", "SaoPaulo")]
    [InlineData("10/09/2026 14:04", "2026-09-10T17:04:00Z", "SaoPaulo")]
    [InlineData("10/09/2026 14:04:05", "2026-09-10T17:04:05Z", "SaoPaulo")]
    [InlineData("08/09/2026", "2026-09-08T03:00:00Z", "SaoPaulo")]
    [InlineData("2026-09-10T14:04:02", "2026-09-10T17:04:02Z", "SaoPaulo")]
    [InlineData("2026-09-10 17:08", "2026-09-10T17:08:00Z", "Utc")]
    [InlineData("2026-09-10T17:04:00.000Z", "2026-09-10T17:04:00Z", "Explicit")]
    [InlineData("2026-09-10T14:04:00-03:00", "2026-09-10T17:04:00Z", "Explicit")]
    [InlineData("2026-09-10T17:04:00.123456Z", "2026-09-10T17:04:00.123456Z", "Explicit")]
    public void A_time_is_read_in_every_spelling(string text, string expected, string zone)
    {
        var time = SaleTime.FromText(text, Received);

        time.ShouldBe(new(DateTimeOffset.Parse(expected), null, Enum.Parse<ZoneChoice>(zone)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0000-00-00 00:00:00")]
    [InlineData("1970-01-01 00:00")]
    [InlineData("2026-13-41 99:99")]
    [InlineData("9999-12-31 23:59:59")]
    [InlineData("0001-01-01T00:00:00+14:00")]
    [InlineData("T")]
    [InlineData("yesterday")]
    public void What_is_no_time_is_the_receive_time(string? text) =>
        SaleTime.FromText(text, Received).ShouldBe(new(Received, null, ZoneChoice.Absent));

    [Fact]
    public void A_time_ahead_in_every_zone_is_clamped_and_kept() =>
        SaleTime.FromText("2026-09-11 14:04", Received)
            .ShouldBe(new(Received, new DateTimeOffset(2026, 9, 11, 17, 4, 0, TimeSpan.Zero), ZoneChoice.Clamped));

    [Fact]
    public void A_clock_slightly_ahead_is_forgiven_but_never_leads_the_receive_time() =>
        SaleTime.FromText("2026-09-10 14:14", Received)
            .ShouldBe(new(Received, new DateTimeOffset(2026, 9, 10, 17, 14, 0, TimeSpan.Zero), ZoneChoice.SaoPaulo));

    [Theory]
    [InlineData(1789059795000, "Explicit")]
    [InlineData(1789059795L, "Absent")]
    [InlineData(-1L, "Absent")]
    [InlineData(long.MaxValue, "Absent")]
    [InlineData(long.MinValue, "Absent")]
    [InlineData(null, "Absent")]
    [InlineData(1889059795000, "Clamped")]
    public void Unix_milliseconds_are_taken_within_reason(long? milliseconds, string zone) =>
        SaleTime.FromUnixMilliseconds(milliseconds, Received).Zone.ShouldBe(Enum.Parse<ZoneChoice>(zone));

    [Fact]
    public void No_time_is_ever_after_the_receive_time() =>
        Prop.ForAll<DateTime, string?>((naive, text) =>
            SaleTime.FromText(naive.ToString("yyyy-MM-dd HH:mm:ss"), Received).Time <= Received
            && SaleTime.FromText(text, Received).Time <= Received)
            .QuickCheckThrowOnFailure();
}
