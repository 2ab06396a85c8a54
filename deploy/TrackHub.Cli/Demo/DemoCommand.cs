using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Cli.Demo.Check;
using TrackHub.Cli.Demo.Plan;
using TrackHub.Cli.Demo.Report;
using TrackHub.Cli.Output;
using TrackHub.Cli.Supervising;
using TrackHub.Platform.AdPlatforms;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.Demo;

/// <summary><c>demo</c>: plays planned traffic at the running system and says whether plan, books and simulator agree.</summary>
internal static class DemoCommand
{
    private const int MostRequests = 1_000_000;
    private const string RunLetters = "0123456789abcdefghijklmnopqrstuvwxyz";
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(5);

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var events = new Option<int>("--events") { Description = "Requests to send.", DefaultValueFactory = static _ => 5_000, HelpName = "N" };
        events.Validators.Add(static result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var value) && value is < DemoPlan.LeastRequests or > MostRequests)
                result.AddError($"--events {value} is out of range: {DemoPlan.LeastRequests} (every scenario once) to {MostRequests}.");
        });
        var seed = new Option<int>("--seed")
        {
            Description = "Decides the traffic; ids and times are new in every run.",
            DefaultValueFactory = static _ => 1,
            HelpName = "S",
        };
        var timeout = new Option<int>("--timeout")
        {
            Description = "Seconds to wait for the last end after everything is sent.",
            DefaultValueFactory = static _ => 180,
            HelpName = "SECONDS",
        };
        var command = new Command("demo", "Plays real-shaped traffic at the running system and compares what became of it with the plan.")
        {
            events, seed, timeout,
        };
        command.SetAction((call, cancellationToken) => RunAsync(
            call, call.GetValue(events), call.GetValue(seed), TimeSpan.FromSeconds(call.GetValue(timeout)), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult call, int events, int seed, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var printer = Printer.Of(call);
        var data = call.MachineData();
        var demo = data.ReadDemo() ?? throw new CommandException(
            $"There is no brand demo in {data.Root}: `trackhub up` makes it at its first start; run it, or name its directory by --data.");
        var addresses = Addresses(call, demo);
        await EnsureReadyAsync(addresses, data, cancellationToken);

        var settings = new PlanSettings(seed, events, RandomNumberGenerator.GetString(RunLetters, 8), TimeProvider.System.GetUtcNow());
        var plan = DemoPlan.Make(settings, TargetOf(demo));
        var file = Path.Combine(
            data.Directory("demo"), string.Create(CultureInfo.InvariantCulture, $"plan-{settings.At:yyyyMMdd'T'HHmmss}-{settings.Run}.jsonl"));
        PlanFile.Write(file, plan);
        printer.Say($"plan: {file} ({plan.Count} requests, seed {seed}, run {settings.Run})");

        using var host = PlatformServices.Create(call);
        if (SystemConfiguration.Read(data, call.Ports(), call.Configured()).SimulatesAds && await ConnectAccountsAsync(host.Services, demo.BrandId, cancellationToken) > 0)
            printer.Say("ad accounts of the simulator are connected: what they cost will stand beside the revenue");
        var display = ProgressDisplay.Of(call.InvocationConfiguration.Error, TimeProvider.System);
        var run = new DemoRun(host.Services, addresses, display, printer.Say, TimeProvider.System);
        var seen = await run.PlayAsync(plan, demo.BrandId, seed, timeout, cancellationToken);
        var comparison = Comparison.Of(seen);
        new DemoReport(printer).Print(seen, comparison);
        if (comparison.Disagreements.Count > 0)
        {
            printer.Say($"Plan, books and simulator disagree in {comparison.Disagreements.Count} place(s); `trackhub explain ID` says more about each.");
            return 1;
        }

        printer.Say("Plan, books and simulator agree: every event ended as planned, each Purchase arrived exactly once.");
        return 0;
    }

    private static Task<int> ConnectAccountsAsync(IServiceProvider services, string brandId, CancellationToken cancellationToken) =>
        DemoAccounts.EnsureAsync(services.GetRequiredService<TenantAdmin>(), services.GetRequiredService<IntegrationStore>(), brandId, cancellationToken);

    private static DemoTarget TargetOf(DemoBrand demo) => new(
        demo.BrandId, demo.PixelId, demo.WriteKey, demo.ServerKey,
        demo.Connections.ToDictionary(static connection => connection.Gateway, static connection => (connection.Path, connection.Secret)));

    private static DemoAddresses Addresses(ParseResult call, DemoBrand demo)
    {
        var ports = call.Ports();
        var configuration = SystemConfiguration.Read(call.MachineData(), ports, call.Configured());
        return new(
            new($"http://127.0.0.1:{ports.Ingress}"),
            new(configuration.Given("Meta:BaseUrl") ?? $"http://127.0.0.1:{ports.Simulator}"),
            demo.DatasetId);
    }

    // Nothing may be sent to Meta itself: what answers must be the simulator.
    private static async Task EnsureReadyAsync(DemoAddresses addresses, MachineData data, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = ReadyLimit };
        await EnsureAsync("ingress", new(addresses.Ingress, "/ready"));
        await EnsureAsync("simulator", new(addresses.Simulator, "/_sim/stats"));

        async Task EnsureAsync(string what, Uri address)
        {
            string found;
            try
            {
                using var response = await http.GetAsync(address, cancellationToken);
                if (response.IsSuccessStatusCode)
                    return;
                found = $"answers {(int)response.StatusCode}";
            }
            catch (Exception fault) when (fault is HttpRequestException || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                found = "does not answer";
            }

            throw new CommandException(data.ReadState() is null
                ? $"The {what} at {address} {found}, and nothing runs on {data.Root}: start `trackhub up` beside this, with the same --data."
                : $"The {what} at {address} {found}: `trackhub status` says what runs, the logs in {data.Directory("logs")} why not.");
        }
    }
}
