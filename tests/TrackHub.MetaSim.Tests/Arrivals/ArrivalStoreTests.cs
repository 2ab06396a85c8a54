namespace TrackHub.MetaSim.Tests.Arrivals;

public sealed class ArrivalStoreTests : IAsyncLifetime
{
    private readonly TestSim _sim = new();

    public Task InitializeAsync() => _sim.StartAsync();

    public async Task DisposeAsync()
    {
        await _sim.StopAsync();
        _sim.Dispose();
    }

    [Fact]
    public async Task Events_are_counted_raw_and_deduplicated_by_dataset_name_and_id()
    {
        var other = TestSim.Purchase("x");
        other["event_name"] = "Lead";
        await _sim.SendAsync(TestSim.Purchase("x"), TestSim.Purchase("x"), other, TestSim.Purchase("y"));

        var page = await _sim.GetAsync($"/_sim/events?dataset={TestSim.Dataset}");

        ((int)page["raw"]!, (int)page["deduplicated"]!).ShouldBe((4, 3));
        page["events"]!.AsArray().Select(e => (bool)e!["duplicate"]!).ShouldBe([false, true, false, false]);
        ((int)(await _sim.GetAsync("/_sim/events?event_id=x&event_name=Lead"))["raw"]!).ShouldBe(1);
        ((int)(await _sim.GetAsync("/_sim/events?dataset=7"))["raw"]!).ShouldBe(0);
        (await _sim.GetAsync("/_sim/events?deduplicated=true"))["events"]!.AsArray().Count.ShouldBe(3);
    }

    [Fact]
    public async Task An_event_shows_what_checkers_need_and_never_the_token()
    {
        await _sim.SendAsync(TestSim.Purchase("shown"), TestSim.Purchase("shown-2"));

        var stored = (await _sim.GetAsync("/_sim/events?event_id=shown"))["events"]![0]!.AsObject();

        ((string)stored["dataset"]!).ShouldBe(TestSim.Dataset);
        ((int)stored["batch_size"]!).ShouldBe(2);
        ((decimal)stored["value"]!).ShouldBe(197.5m);
        ((string)stored["currency"]!).ShouldBe("BRL");
        stored["user_data_keys"]!.AsArray().Select(k => (string)k!).ShouldBe(["em", "client_user_agent", "client_ip_address"]);
        ((string)stored["user_data"]!["em"]![0]!).ShouldBe(TestSim.Hash);
        ((string)stored["action_source"]!).ShouldBe("website");
        stored.ToJsonString().ShouldNotContain("test-token");
        ((string)stored["token"]!).Length.ShouldBe(16);
    }

    [Fact]
    public async Task Pages_follow_one_another()
    {
        for (var i = 0; i < 5; i++)
            await _sim.SendAsync(TestSim.Purchase($"p-{i}"));

        var ids = new List<string>();
        long? after = 0;
        while (after is not null)
        {
            var page = await _sim.GetAsync($"/_sim/events?limit=2&after={after}");
            ((int)page["raw"]!).ShouldBe(5);
            ids.AddRange(page["events"]!.AsArray().Select(e => (string)e!["event_id"]!));
            after = (long?)page["after"];
        }

        ids.ShouldBe(["p-0", "p-1", "p-2", "p-3", "p-4"]);
    }

    [Theory]
    [InlineData("limit=1001", "limit is an integer from 0 to 1000")]
    [InlineData("after=x", "after is an integer")]
    [InlineData("deduplicated=1", "true or false")]
    [InlineData("pixel=1", "Allowed: dataset, event_id")]
    public async Task A_faulty_query_is_refused(string query, string expected)
    {
        using var response = await _sim.Http.GetAsync(new Uri($"/_sim/events?{query}", UriKind.Relative));
        var answer = await Answer.ReadAsync(response);

        answer.Status.ShouldBe(400);
        ((string)answer.Json["detail"]!).ShouldContain(expected);
    }

    [Fact]
    public async Task A_restart_continues_and_cuts_a_torn_line_off()
    {
        await _sim.SendAsync(TestSim.Purchase("before"), TestSim.Purchase("before"));
        await _sim.StopAsync();
        var file = Directory.GetFiles(_sim.DirectoryPath).ShouldHaveSingleItem();
        await File.AppendAllTextAsync(file, """{"dataset":"1","event_na""");

        await _sim.StartAsync();
        await _sim.SendAsync(TestSim.Purchase("before"), TestSim.Purchase("after"));

        var page = await _sim.GetAsync("/_sim/events");
        ((int)page["raw"]!, (int)page["deduplicated"]!).ShouldBe((4, 2));
        page["events"]!.AsArray().Select(e => (long)e!["sequence"]!).ShouldBe([1, 2, 3, 4]);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Files_are_readable_by_their_owner_only()
    {
        await _sim.SendAsync(TestSim.Purchase());

        var file = Directory.GetFiles(_sim.DirectoryPath).ShouldHaveSingleItem();

        File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task The_oldest_file_is_forgotten_and_counted()
    {
        await _sim.StopAsync();
        await _sim.StartAsync(segmentEvents: 2, maxSegments: 2);
        for (var i = 0; i < 7; i++)
            await _sim.SendAsync(TestSim.Purchase($"f-{i}"));

        var stats = await _sim.GetAsync("/_sim/stats");

        ((int)stats["raw"]!, (int)stats["forgotten"]!).ShouldBe((3, 4));
        Directory.GetFiles(_sim.DirectoryPath).Length.ShouldBe(2);
        (await _sim.GetAsync("/_sim/events"))["events"]!.AsArray().Select(e => (string)e!["event_id"]!).ShouldBe(["f-4", "f-5", "f-6"]);
    }

    [Fact]
    public async Task Clearing_forgets_everything()
    {
        await _sim.SendAsync(TestSim.Purchase("gone"));

        using var response = await _sim.Http.DeleteAsync(new Uri("/_sim", UriKind.Relative));

        var stats = await _sim.GetAsync("/_sim/stats");
        ((int)stats["raw"]!, (int)stats["calls"]!).ShouldBe((0, 0));
        await _sim.SendAsync(TestSim.Purchase("gone"));
        ((bool)(await _sim.GetAsync("/_sim/events"))["events"]![0]!["duplicate"]!).ShouldBeFalse();
    }

    [Fact]
    public async Task Statistics_count_outcomes_and_datasets()
    {
        await _sim.SendAsync(TestSim.Purchase());
        var weak = TestSim.Purchase();
        weak["user_data"]!.AsObject().Clear();
        await _sim.SendAsync(weak);

        var stats = await _sim.GetAsync("/_sim/stats");

        ((int)stats["outcomes"]!["ok"]!, (int)stats["outcomes"]!["100/2804050"]!).ShouldBe((1, 1));
        ((int)stats["datasets"]![0]!["raw"]!).ShouldBe(1);
    }

    [Fact]
    public async Task A_second_simulator_on_the_same_directory_is_refused()
    {
        await Should.ThrowAsync<IOException>(() => MetaSimHost.StartAsync(new MetaSimOptions { DataDirectory = _sim.DirectoryPath }));
    }

    [Fact]
    public async Task Faulty_options_are_listed_together()
    {
        var e = await Should.ThrowAsync<ArgumentException>(() => MetaSimHost.StartAsync(new MetaSimOptions { DataDirectory = "", Host = "nowhere", Port = -1 }));

        e.Message.ShouldContain("DataDirectory");
        e.Message.ShouldContain("Host");
        e.Message.ShouldContain("Port");
    }
}
