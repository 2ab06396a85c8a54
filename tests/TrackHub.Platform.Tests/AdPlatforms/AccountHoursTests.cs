using FsCheck;
using FsCheck.Fluent;
using TrackHub.Platform.AdPlatforms;
using TrackHub.Platform.Performance;

namespace TrackHub.Platform.Tests.AdPlatforms;

public sealed class AccountHoursTests
{
    private static readonly DateTimeOffset Later = new(2040, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly string[] Zones =
    [
        "America/Sao_Paulo", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Havana", "Africa/Cairo", "Asia/Beirut", "Pacific/Kiritimati", "UTC",
    ];

    private static readonly Gen<LocalHour> Told =
        from hour in Gen.Choose(0, 23)
        from micros in Gen.Choose(0, 900_000_000)
        from clicks in Gen.Choose(0, 5_000)
        from impressions in Gen.Choose(0, 90_000)
        select new LocalHour(default, hour, micros / 1_000_000m, clicks, impressions);

    [Fact]
    public void Hours_of_any_day_in_any_zone_are_consecutive_and_sum_up_to_what_was_told_to_the_cent()
    {
        var days =
            from zone in Gen.Elements(Zones)
            from day in Gen.OneOf(Gen.Choose(0, 4_000).Select(static n => new DateOnly(2018, 1, 1).AddDays(n)), Gen.Elements(TransitionsOf(zone)))
            from told in Told.ListOf()
            select (zone, day, told: told.Select(hour => hour with { Date = day }).ToList());

        Prop.ForAll(days.ToArbitrary(), static drawn =>
        {
            var (zone, day, told) = drawn;
            var clock = BucketClock.Of(zone);

            var hours = AccountHours.Of(new(zone, "BRL"), day, day, told, Later);

            hours[0].Start.ShouldBe(clock.StartOf(day));
            hours.Count.ShouldBeInRange(23, 25);
            foreach (var (one, next) in hours.Zip(hours.Skip(1).Append(new(clock.StartOf(day.AddDays(1)), 0, 0, 0))))
            {
                clock.DateOf(one.Start).ShouldBe(day);
                (next.Start - one.Start).ShouldBeInRange(TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(90));
            }

            hours.Sum(static hour => hour.SpendMinor).ShouldBe((long)Math.Round(told.Sum(static hour => hour.Spend) * 100, MidpointRounding.AwayFromZero));
            hours.Sum(static hour => hour.Clicks).ShouldBe(told.Sum(static hour => hour.Clicks));
            hours.Sum(static hour => hour.Impressions).ShouldBe(told.Sum(static hour => hour.Impressions));
            hours.ShouldAllBe(static hour => hour.SpendMinor >= 0);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void An_hour_that_the_clock_repeats_is_halved_and_the_day_has_25()
    {
        var day = new DateOnly(2026, 11, 1);   // New York goes back at 2:00

        var hours = Of("America/New_York", day, new LocalHour(day, 1, 10.01m, 7, 100), new LocalHour(day, 2, 5m, 1, 10));

        hours.Count.ShouldBe(25);
        hours[1].ShouldBe(new(At(2026, 11, 1, 5, 0), 501, 4, 50));
        hours[2].ShouldBe(new(At(2026, 11, 1, 6, 0), 500, 3, 50));
        hours[3].ShouldBe(new(At(2026, 11, 1, 7, 0), 500, 1, 10));
    }

    [Fact]
    public void Of_an_hour_that_will_be_repeated_all_counts_in_the_first_until_the_second_begins()
    {
        var day = new DateOnly(2026, 11, 1);

        var hours = AccountHours.Of(new("America/New_York", "USD"), day, day, [new(day, 1, 10.01m, 7, 100)], At(2026, 11, 1, 5, 59));

        hours[^1].ShouldBe(new(At(2026, 11, 1, 5, 0), 1_001, 7, 100));
    }

    [Fact]
    public void An_hour_that_the_clock_leaps_over_counts_in_the_next_and_the_day_has_23()
    {
        var day = new DateOnly(2026, 3, 8);   // New York goes forward at 2:00

        var hours = Of("America/New_York", day, new LocalHour(day, 2, 1m, 1, 1), new LocalHour(day, 3, 2m, 2, 2));

        hours.Count.ShouldBe(23);
        hours[2].ShouldBe(new(At(2026, 3, 8, 7, 0), 300, 3, 3));
    }

    [Fact]
    public void Hours_of_a_half_hour_zone_begin_at_half_past_in_UTC()
    {
        var day = new DateOnly(2026, 11, 22);

        Of("Asia/Kolkata", day, new LocalHour(day, 13, 1.5m, 2, 3))[13].ShouldBe(new(At(2026, 11, 22, 7, 30), 150, 2, 3));
    }

    [Fact]
    public void A_leap_of_half_an_hour_makes_one_short_hour_and_one_long_one()
    {
        var spring = Of("Australia/Lord_Howe", new(2026, 10, 4));   // 2:00 becomes 2:30
        var autumn = Of("Australia/Lord_Howe", new(2026, 4, 5));    // 2:00 becomes 1:30

        (spring.Count, autumn.Count).ShouldBe((24, 24));
        (spring[3].Start - spring[2].Start).ShouldBe(TimeSpan.FromMinutes(30));
        (autumn[2].Start - autumn[1].Start).ShouldBe(TimeSpan.FromMinutes(90));
    }

    [Fact]
    public void Hours_that_have_not_begun_are_left_out_and_every_other_is_told_even_without_figures()
    {
        var early = new LocalHour(new(2026, 11, 23), 2, 1m, 1, 1);   // a platform whose clock is ahead of ours

        var hours = AccountHours.Of(new("UTC", "BRL"), new(2026, 11, 22), new(2026, 11, 23), [early], At(2026, 11, 23, 1, 0));

        hours.Count.ShouldBe(26);
        hours[^1].ShouldBe(new(At(2026, 11, 23, 1, 0), 0, 0, 0));
    }

    [Fact]
    public void A_fraction_of_a_cent_is_carried_to_the_next_hour()
    {
        var day = new DateOnly(2026, 11, 22);

        var hours = Of("UTC", day, [.. Enumerable.Range(0, 24).Select(hour => new LocalHour(day, hour, 0.004m, 0, 0))]);

        hours.Sum(static hour => hour.SpendMinor).ShouldBe(10, "24 times 0.4 cents; rounded one by one they would be none");
    }

    private static IReadOnlyList<AdHour> Of(string zone, DateOnly day, params LocalHour[] told) => AccountHours.Of(new(zone, "BRL"), day, day, told, Later);

    private static DateTimeOffset At(int year, int month, int day, int hour, int minute) => new(year, month, day, hour, minute, 0, TimeSpan.Zero);

    /// <summary>Days of ten years that have not 24 hours, and one that has.</summary>
    private static DateOnly[] TransitionsOf(string zone)
    {
        var clock = BucketClock.Of(zone);
        return [.. Enumerable.Range(0, 3_650).Select(static n => new DateOnly(2018, 1, 1).AddDays(n)).Where(day => clock.StartOf(day.AddDays(1)) - clock.StartOf(day) != TimeSpan.FromDays(1)), new(2026, 11, 22)];
    }
}
