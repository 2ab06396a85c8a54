using TrackHub.Platform.AdPlatforms;
using TrackHub.Testing;

namespace TrackHub.Integration.Metrics;

/// <summary>Two processes of the metrics role, as they ship, that pull the same accounts.</summary>
public sealed class TwoPullersTests : IAsyncLifetime
{
    private const string Account = "act_8001";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    // The dead one's lease runs out a second later. A slow machine has as long to kill it while it holds the account.
    private static readonly TimeSpan PullLimit = TimeSpan.FromSeconds(10);

    private readonly SpendProcess _spend = new();
    private readonly AdQuestions _questions = new();
    private readonly List<AdGate> _gates = [];
    private readonly Dictionary<string, ChildProcess> _processes = [];

    public async Task InitializeAsync()
    {
        await _spend.InitializeAsync();
        await _spend.Metrics.StopRoleAsync();   // it would pull as well
        foreach (var name in new[] { "one", "other" })
            _processes[name] = await StartAsync(name);
    }

    public async Task DisposeAsync()
    {
        foreach (var process in _processes.Values) process.Dispose();
        foreach (var gate in _gates) await gate.DisposeAsync();
        await _spend.DisposeAsync();
    }

    [Fact]
    public async Task An_account_is_pulled_by_one_at_a_time_and_when_that_one_is_killed_by_the_other()
    {
        await _spend.ControlAsync("/_sim/ads", $$"""{"account":"{{Account}}","time_zone":"America/Sao_Paulo","currency":"BRL","seed":7,"page_rows":9}""");
        var brand = await _spend.BrandAsync(AdPlatformNames.Meta, Account, "EAAB-any");
        await Eventually.Holds(() => _processes.Keys.All(name => Pulls(name, Account) >= 3), Limit);

        _questions.HoldNext(Account);
        await Eventually.Holds(() => _questions.Holder is not null, Limit);
        var holder = _questions.Holder!;
        await _processes[holder].KillAsync();   // SIGKILL
        var survivor = _processes.Keys.Single(name => name != holder);
        var before = Pulls(survivor, Account);
        var leaseEnd = new DateTimeOffset(await _spend.Metrics.ScalarAsync<DateTime>("select lease_until from brand_integrations where brand_id = $1", brand));
        leaseEnd.ShouldBeGreaterThan(_questions.Of(Account)[^1].At, "it was killed while it held the account");

        // What else is due the other pulls meanwhile, or it is no survivor.
        await _spend.BrandAsync(AdPlatformNames.Meta, "act_8002", "EAAB-any");
        await Eventually.Holds(() => Pulls(survivor, "act_8002") >= 2, Limit);

        await Eventually.Holds(() => Pulls(survivor, Account) >= before + 2, Limit);
        await Eventually.Holds(async () => (await _spend.FactsAsync(brand)).ShouldBe(await _spend.TruthAsync(Account)), Limit);
        var asked = _questions.Of(Account);
        var last = asked.ToList().FindLastIndex(question => question.Process == holder);
        asked[last + 1].At.ShouldBeGreaterThanOrEqualTo(leaseEnd, "the account was taken before the dead one's lease had run out");
        for (var i = 1; i < asked.Count; i++)
        {
            // A pull begins with the account and goes on with its figures: another's question between them would be a second pull at the same time.
            if (!IsBegin(asked[i].Path))
                asked[i].Process.ShouldBe(asked[i - 1].Process, $"question {i} of {asked.Count}");
        }
    }

    private static bool IsBegin(string path) => !path.EndsWith("/insights", StringComparison.Ordinal);

    private int Pulls(string process, string account) => _questions.Of(account).Count(asked => asked.Process == process && IsBegin(asked.Path));

    private async Task<ChildProcess> StartAsync(string name)
    {
        var gate = await AdGate.StartAsync(name, _spend.Simulator, _questions);
        _gates.Add(gate);
        return await ChildProcess.StartAsync(
            "KILL", user: null, "dotnet",
            [
                typeof(Cli.Running.RunCommand).Assembly.Location, "run", "metrics", "--data", TestFolder.Next($"puller-{name}"), "--Admin:Port=0", .. _spend.Metrics.Arguments, $"--Meta:BaseUrl={gate.Address}",
                "--Spend:Interval=00:00:00.200", $"--Spend:TimeLimit={PullLimit:c}", "--Spend:LeaseMargin=00:00:01",
            ]);
    }
}
