using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Cli.Administering;
using TrackHub.Cli.Output;
using TrackHub.Cli.Reading;
using TrackHub.Metrics.Auditing;
using TrackHub.Platform.Books;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.Bookkeeping;

/// <summary><c>books</c>: whether every accepted event has ended or is provably on its way, and revenue is the same wherever it is kept; exit code 1 if not.</summary>
internal static class BooksCommand
{
    // A ledger at work is behind by a batch; more is told, not waited for.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly Column<UnbalancedMinute>[] MinuteColumns =
    [
        new("brand", static m => m.BrandId), new("minute", static m => m.Minute), new("unaccounted", static m => m.Unaccounted),
        new("ingest_ids", static m => m.IngestIds.Select(static id => id.ToString("D"))),
    ];

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var brand = AdminCall.BrandFilter();
        var from = PlaceOption.OfTime("--from", "Only events accepted from then on. Takes a time or duration of");
        var minutes = new Option<bool>("--minutes") { Description = "The minutes that do not balance, in place of the sums." };
        var topic = new Option<bool>("--topic") { Description = "Sums the topic conversions however long it is; else up to a million records." };
        var command = new Command("books", "Whether every accepted event has ended or is provably on its way, and revenue is the same everywhere; exit code 1 if not.")
        {
            brand, from, minutes, topic,
        };
        command.SetAction((call, cancellationToken) =>
            RunAsync(call, call.GetValue(brand), call.GetValue(from)?.Time, call.GetValue(minutes), call.GetValue(topic), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult call, string? brand, DateTimeOffset? from, bool byMinute, bool wholeTopic, CancellationToken cancellationToken)
    {
        using var host = PlatformServices.Create(call);
        var printer = Printer.Of(call);
        var admin = host.Services.GetRequiredService<TenantAdmin>();
        var audit = host.Services.GetRequiredService<BookAudit>();
        var only = await admin.BrandIdAsync(brand, cancellationToken);
        var report = await audit.LookAsync(new(only, from), Patience, cancellationToken);
        var revenue = await host.Services.GetRequiredService<RevenueAudit>().LookAsync(only, from, wholeTopic, Patience, cancellationToken);

        if (byMinute)
        {
            printer.Table(report.Minutes, MinuteColumns);
        }
        else
        {
            var names = (await admin.ListBrandsAsync(cancelled: cancellationToken)).ToDictionary(static b => b.Id, static b => b.Name);
            printer.Table(report.Brands, BooksColumns.Of(report, names, all: printer.Json));
        }

        await ExplainAsync(printer, audit, report, cancellationToken);
        if (!byMinute && !printer.Json && revenue.Brands.Count > 0) printer.Table(revenue.Brands, RevenueColumns.Of);
        foreach (var line in RevenueColumns.Told(revenue)) printer.Say(line);
        var verdict = report.Balanced ? RevenueColumns.Verdict(revenue) : BooksColumns.Verdict(report);
        if (printer.Json) printer.Say(verdict);
        else printer.Line(verdict);
        return report.Balanced && revenue.Balanced ? 0 : 1;
    }

    private static async Task ExplainAsync(Printer printer, BookAudit audit, BookReport report, CancellationToken cancellationToken)
    {
        if (report.Behind > 0)
        {
            printer.Say($"The ledger has not read {report.Behind} records yet, so nothing is called unaccounted for. "
                + "Ask again; if it does not move, `trackhub status` says whether it runs.");
        }

        if (report.Minutes.Count == 0) return;

        var ids = report.Minutes.SelectMany(static minute => minute.IngestIds).Take(BookAudit.Examples).ToList();
        foreach (var lost in await audit.DescribeAsync(ids, cancellationToken)) printer.Say(BooksColumns.Told(lost));
        printer.Say("Remedy: `trackhub explain` with an id says how far it came. Its last records, named above, were read and left nothing: find out what the role "
            + "did, stop it, set its group's offsets to them or before, start it. Records read twice change nothing.");
    }
}
