using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Cli.Output;
using TrackHub.Ledger;
using TrackHub.Ledger.Rebuilding;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.Rebuilding;

/// <summary><c>rebuild ledger</c>: has the ledger make its tables anew from the log, and waits for it.</summary>
internal static class RebuildLedgerCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private const int PausesBetweenLines = 10;

    private static readonly Column<RebuildPlan>[] PlanColumns = [new("from", static p => p.From), new("because", static p => p.Because)];

    private static readonly Column<RebuiltTopic>[] TopicColumns =
        [new("topic", static t => t.Topic), new("complete_from", static t => t.CompleteFrom), new("records_again", static t => t.Records)];

    private static readonly Column<RebuiltTable>[] TableColumns =
        [new("table", static t => t.Table), new("rebuilt", static t => t.Rebuilt), new("kept", static t => t.Kept)];

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var dry = new Option<bool>("--dry-run") { Description = "Changes nothing: prints from when on, what would be read again, and rows of each table that would be made again or kept." };
        var noWait = new Option<bool>("--no-wait") { Description = "Ends once it has begun; the ledger goes on by itself." };
        var command = new Command(
            LedgerRole.Name,
            "The ledger's tables: rows of the last seven days, or of as many as the log and the day secrets give again, are deleted and read again; older rows stay as they are, and so do alerts.")
        {
            dry, noWait,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(dry) && result.GetValue(noWait)) result.AddError("--dry-run changes nothing to be waited for: leave --no-wait out.");
        });
        command.SetAction(async (call, cancellationToken) =>
        {
            using var host = PlatformServices.Create(call);
            var (rebuild, printer) = (host.Services.GetRequiredService<LedgerRebuild>(), Printer.Of(call));
            if (call.GetValue(dry))
            {
                Print(printer, await rebuild.PlanAsync(cancellationToken));
                return 0;
            }

            var from = await BeginAsync(host.Services, rebuild, cancellationToken);
            printer.Say(from is null
                ? "A rebuild is under way; nothing was deleted again."
                : $"Begun from {Printer.Shown(from)} on: those rows are deleted, and the ledger reads them again. Ending this command does not end that.");
            if (!call.GetValue(noWait))
                await WaitAsync(host.Services, rebuild, from, printer, cancellationToken);
            return 0;
        });
        return command;
    }

    private static void Print(Printer printer, RebuildPlan plan)
    {
        printer.Card(plan, PlanColumns);
        printer.Table(plan.Topics, TopicColumns);
        printer.Table(plan.Tables, TableColumns);
        printer.Say("Dry run: nothing was changed. Days of match quality are rebuilt whole, in each brand's time zone: the first that begins then or later.");
    }

    private static async Task<DateTimeOffset?> BeginAsync(IServiceProvider services, LedgerRebuild rebuild, CancellationToken cancellationToken)
    {
        DateTimeOffset? from = null;
        await services.GetRequiredService<TenantAdmin>().NotedAsync(
            "ledger.rebuild", LedgerRole.Name,
            async () =>
            {
                from = await rebuild.BeginAsync(cancellationToken);
                return [("from", from is null ? "under way" : Printer.Shown(from))];
            },
            cancellationToken);
        return from;
    }

    private static async Task WaitAsync(IServiceProvider services, LedgerRebuild rebuild, DateTimeOffset? from, Printer printer, CancellationToken cancellationToken)
    {
        var clock = services.GetRequiredService<TimeProvider>();
        var left = 0L;
        for (var pauses = 0; await rebuild.ProgressAsync(cancellationToken) is { } progress; pauses++)
        {
            if (pauses % PausesBetweenLines == 0)
            {
                var stands = progress.Left == left && (await services.GetRequiredService<GroupAdmin>().FindAsync(LedgerRole.Name, cancellationToken)).IsIdle;
                printer.Say(string.Create(CultureInfo.InvariantCulture, $"{progress.Left:N0} records left to be read again")
                    + (stands ? "; no ledger runs: start it with `trackhub up` or `trackhub run ledger`." : "."));
                left = progress.Left;
            }

            from ??= progress.From;
            await Task.Delay(Pause, clock, cancellationToken);
        }

        if (from is { } begin)
            printer.Table(await rebuild.CountAsync(begin, cancellationToken), TableColumns);
        printer.Say("Done: the ledger's tables say what the log says.");
    }
}
