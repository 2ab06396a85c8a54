using System.Text.Json;
using TrackHub.Cli.Demo.Plan;
using TrackHub.Platform.Identity;

namespace TrackHub.Cli.Tests.Demo;

public sealed class DemoPlanTests
{
    [Fact]
    public void Equal_settings_give_the_same_plan_byte_for_byte()
    {
        var one = DemoWorld.Plan(seed: 7).Select(PlanFile.LineOf);
        var two = DemoWorld.Plan(seed: 7).Select(PlanFile.LineOf);

        one.ShouldBe(two);
    }

    [Fact]
    public void Another_seed_gives_other_traffic() =>
        DemoWorld.Plan(seed: 2).Select(static item => item.Label).ShouldNotBe(DemoWorld.Plan(seed: 1).Select(static item => item.Label));

    [Fact]
    public void Another_run_gives_the_same_traffic_with_no_id_in_common()
    {
        var one = DemoWorld.Plan(run: "run00001");
        var two = DemoWorld.Plan(run: "run00002");

        two.Select(static item => item.Label).ShouldBe(one.Select(static item => item.Label));
        Ids(one).Intersect(Ids(two)).ShouldBeEmpty();

        static IEnumerable<string> Ids(IReadOnlyList<PlannedItem> plan) => plan.SelectMany(static item => item.Events).Select(static e => e.EventId).OfType<string>();
    }

    [Theory]
    [InlineData(DemoPlan.LeastRequests)]
    [InlineData(1_000)]
    [InlineData(5_000)]
    public void A_plan_has_as_many_requests_as_were_asked_for(int requests)
    {
        var plan = DemoWorld.Plan(requests: requests);

        plan.Count.ShouldBe(requests);
        plan.Select(static item => item.Number).ShouldBe(Enumerable.Range(1, requests));
    }

    [Fact]
    public void The_smallest_plan_has_room_for_every_scenario_whatever_the_seed()
    {
        for (var seed = 1; seed <= 20; seed++)
            DemoWorld.Plan(seed, DemoPlan.LeastRequests).Count.ShouldBe(DemoPlan.LeastRequests);
    }

    [Fact]
    public void The_smallest_plan_holds_every_end_stage_gateway_and_refusal()
    {
        var plan = DemoWorld.Plan(requests: DemoPlan.LeastRequests);
        var events = plan.SelectMany(static item => item.Events).ToList();

        events.Select(static e => e.State).Distinct().ShouldBe(["delivered", "recorded", "duplicate", "blocked_consent", "test", "unmapped"], ignoreOrder: true);
        events.Select(static e => e.Stage).OfType<string>().Distinct().ShouldBe(["deterministic", "semi_deterministic", "probabilistic", "none"], ignoreOrder: true);
        plan.Select(static item => item.Answer.Code).OfType<string>().Distinct().ShouldBe(
            ["signature_invalid", "not_found", "malformed_request", "unknown_key", "body_too_large", "unsupported_media_type"], ignoreOrder: true);
        foreach (var gateway in DemoWorld.Target.Connections.Keys)
            plan.ShouldContain(item => item.Label == $"{gateway} approved");
    }

    [Fact]
    public void Every_sample_payload_is_played_under_the_kind_of_the_index()
    {
        var samples = Samples.Index(DemoWorld.Target.Connections.Keys);
        var played = DemoWorld.Plan().Where(static item => item.Scenario == "sample payloads" && item.Label.Contains("sample", StringComparison.Ordinal)).ToList();

        samples.Count.ShouldBe(22);
        played.Select(static item => item.Events.ShouldHaveSingleItem().Kind).ShouldBe(samples.Select(static sample => sample.Kind));
    }

    [Fact]
    public void Traffic_is_mixed_in_realistic_shares()
    {
        var plan = DemoWorld.Plan(requests: 5_000);
        var purchases = plan.SelectMany(static item => item.Events).Where(static e => e.Arrival?.EventName == "Purchase").ToList();

        Share(plan, static item => item.Request.Path.Contains("/track/", StringComparison.Ordinal)).ShouldBeInRange(0.55, 0.85);
        Share(plan, static item => item.Answer.Status >= 400).ShouldBeInRange(0.01, 0.06);
        Share(purchases, static e => e.Stage == "deterministic").ShouldBeInRange(0.6, 0.9);
        Share(purchases, static e => e.Stage == "semi_deterministic").ShouldBeInRange(0.02, 0.12);
        Share(purchases, static e => e.Stage == "probabilistic").ShouldBeInRange(0.02, 0.12);
        Share(purchases, static e => e.Stage == "none").ShouldBeInRange(0.05, 0.2);

        static double Share<T>(IReadOnlyCollection<T> all, Func<T, bool> of) => all.Count(of) / (double)all.Count;
    }

    [Fact]
    public void Each_event_id_arrives_once_and_belongs_to_one_sale_or_one_browser_event()
    {
        var arrivals = DemoWorld.Plan(requests: 2_000).SelectMany(static item => item.Events).Select(static e => e.Arrival).OfType<ExpectedArrival>().ToList();

        arrivals.Select(static arrival => arrival.EventId).ShouldBeUnique();
        arrivals.ShouldAllBe(static arrival => arrival.Value > 0 && arrival.Currency == "BRL");
    }

    [Fact]
    public void Visitors_have_addresses_and_phones_that_nobody_has_and_that_are_taken()
    {
        var ids = new RunIds("run00001");
        var random = new Random(1);
        for (var i = 0; i < 200; i++)
        {
            var visitor = Visitor.New(ids, random, DemoWorld.At);

            visitor.Ip.ShouldStartWith("2001:db8:");
            IpAddresses.TryNormalize(visitor.Ip, out _).ShouldBeTrue();
            visitor.Phone[5..10].ShouldBe("90000");
            Normalizer.Phone(visitor.Phone, "br").Primary.ShouldBe(visitor.Phone[1..]);
            visitor.Email.ShouldEndWith("@example.com");
            ClickIds.TryFind($"x|{visitor.ClickId}|y", out var found).ShouldBeTrue();
            found.ShouldBe(visitor.ClickId);
            Fbc.ClickIdOf(visitor.Fbc).ToString().ShouldBe(visitor.Fbclid);
            Fbp.IsValid(visitor.Fbp).ShouldBeTrue();
        }
    }

    [Fact]
    public void The_plan_file_is_readable_by_its_owner_only_and_one_request_a_line()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var plan = DemoWorld.Plan(requests: DemoPlan.LeastRequests);

        PlanFile.Write(path, plan);

        var lines = File.ReadAllLines(path);
        var mode = File.GetUnixFileMode(path);
        File.Delete(path);
        mode.ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        lines.Length.ShouldBe(plan.Count);
        using var first = JsonDocument.Parse(lines[0]);
        first.RootElement.GetProperty("answer").GetProperty("status").GetInt32().ShouldBe(202);
        first.RootElement.GetProperty("events")[0].GetProperty("state").GetString().ShouldBe("recorded");
    }
}
