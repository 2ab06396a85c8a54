using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Cli.Administering;
using TrackHub.Cli.Output;
using TrackHub.Dispatch.Replaying;
using TrackHub.Platform.Replaying;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.Replaying;

/// <summary><c>replay start capi-dispatch</c>: has a dispatcher send again what of a range never reached Meta, or shows what it would do.</summary>
internal static class DispatchReplay
{
    /// <summary>Runs it.</summary>
    /// <param name="call">The call.</param>
    /// <param name="wish">What; its brand by name or id.</param>
    /// <param name="isDry">Only show.</param>
    /// <param name="rate">Records a second to read at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<int> RunAsync(ParseResult call, ReplayWish wish, bool isDry, int? rate, CancellationToken cancellationToken)
    {
        using var host = PlatformServices.Create(call);
        var printer = Printer.Of(call);
        wish = wish with { BrandId = await host.Services.GetRequiredService<TenantAdmin>().BrandIdAsync(wish.BrandId, cancellationToken) };
        if (isDry)
        {
            await host.StartAsync(cancellationToken);   // loads the directory
            var counts = await host.Services.GetRequiredService<ReplayTrial>().RunAsync(wish, rate, cancellationToken);
            await host.StopAsync(cancellationToken);
            ReplayColumns.PrintCounts(printer, counts);
            printer.Say($"{counts.Values.Sum()} record(s) judged; nothing was sent or changed.");
            return 0;
        }

        var replay = await host.Services.GetRequiredService<ReplayDesk>().StartAsync(wish, rate ?? ReplayDesk.UsualRate, actor: "cli", cancellationToken);
        ReplayColumns.PrintCard(printer, replay);
        printer.Say($"A dispatcher carries it out; `trackhub replay show {replay.Id}` tells how far it is.");
        return 0;
    }
}
