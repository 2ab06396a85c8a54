using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Cli.Output;
using TrackHub.Metrics;
using TrackHub.Metrics.Rebuilding;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.Rebuilding;

/// <summary><c>rebuild</c>: has a role make its tables anew from the log.</summary>
internal static class RebuildCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create() =>
        new("rebuild", "Makes a role's tables anew from the log; it may run meanwhile.") { RebuildLedgerCommand.Create(), Metrics() };

    private static Command Metrics()
    {
        var command = new Command(MetricsRole.Name, "The figures: facts that the log gives again are deleted, conversions and ad spend are read from its start.");
        command.SetAction(static async (call, cancellationToken) =>
        {
            using var host = PlatformServices.Create(call);
            MetricsRebuilt rebuilt = default;
            await host.Services.GetRequiredService<TenantAdmin>().NotedAsync(
                "metrics.rebuild", MetricsRole.Name,
                async () =>
                {
                    rebuilt = await host.Services.GetRequiredService<MetricsRebuild>().RunAsync(cancellationToken);
                    return [("deleted", rebuilt.Deleted.ToString(CultureInfo.InvariantCulture)), ("kept", rebuilt.Kept.ToString(CultureInfo.InvariantCulture))];
                },
                cancellationToken);
            var printer = Printer.Of(call);
            printer.Card(rebuilt, new("deleted", static r => r.Deleted), new("kept", static r => r.Kept));
            printer.Say("The metrics role reads conversions and ad spend again from the start of the log; `trackhub groups describe metrics` shows how far it is.");
            return 0;
        });
        return command;
    }
}
