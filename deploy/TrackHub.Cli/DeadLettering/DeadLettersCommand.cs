using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TrackHub.Cli.Output;
using TrackHub.Cli.Replaying;
using TrackHub.Dispatch.Redriving;
using TrackHub.Dispatch.Replaying;
using TrackHub.Ingest.Redriving;
using TrackHub.Platform.Replaying;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.DeadLettering;

/// <summary><c>dead-letters</c>: what could not go on, why, and putting it back.</summary>
internal static class DeadLettersCommand
{
    private static readonly IReadOnlyList<Column<LetterRow>> Columns =
    [
        new("id", static l => l.Id), new("at", static l => l.At), new("role", static l => l.Role), new("reason", static l => l.Reason), new("brand", static l => l.BrandId),
        new("pixel", static l => l.PixelId), new("event_id", static l => l.EventId), new("ingest_id", static l => l.IngestId?.ToString()), new("gateway", static l => l.Gateway),
        new("redriven_at", static l => l.RedrivenAt), new("detail", static l => l.Detail),
    ];

    /// <summary>Makes the command.</summary>
    public static Command Create() => new("dead-letters", "What could not go on: why, and putting it back where it came from.") { List(), Show(), RedriveThem() };

    private static Command List()
    {
        var filter = new LetterFilterOptions();
        var command = new Command("list", "Dead letters, the oldest first; nothing of people is shown.");
        filter.AddTo(command);
        command.SetAction(async (call, cancellationToken) =>
        {
            using var host = PlatformServices.Create(call);
            Printer.Of(call).Table(await FindAsync(host, await filter.ReadAsync(call, host.Services, ids: null, cancellationToken), cancellationToken), Columns);
            return 0;
        });
        return command;
    }

    private static Command Show()
    {
        var id = new Argument<string>("id") { Description = "Its id, as `dead-letters list` prints it.", HelpName = "ID" };
        var command = new Command("show", "One dead letter and what it keeps, masked: sealed fields stay sealed, of a webhook only its shape.") { id };
        command.SetAction(async (call, cancellationToken) =>
        {
            using var host = PlatformServices.Create(call);
            var row = (await FindAsync(host, new([call.GetRequiredValue(id)], null, null, null, null, null, null, null), cancellationToken)).SingleOrDefault()
                ?? throw new CommandException($"There is no dead letter '{call.GetRequiredValue(id)}'; `trackhub dead-letters list` shows those there are.");
            await host.StartAsync(cancellationToken);   // loads the directory, whose keys open it
            var codec = host.Services.GetRequiredService<RecordCodec>();
            await foreach (var letters in host.Services.GetRequiredService<LetterOriginals>().ReadAsync([row], LetterOriginals.Chunk, cancellationToken))
            {
                if (letters[0].Source is { } source) await codec.PrepareAsync([source], cancellationToken);
                Printer.Of(call).Card((Row: row, Original: MaskedText.Of(letters[0], codec)), [.. Columns.Select(static column => new Column<(LetterRow Row, string Original)>(column.Name, l => column.Value(l.Row))), new("original", static l => l.Original)]);
            }

            await host.StopAsync(cancellationToken);
            return 0;
        });
        return command;
    }

    private static Command RedriveThem()
    {
        var ids = new Argument<string[]>("id") { Description = "Ids, as `dead-letters list` prints them.", HelpName = "ID", Arity = ArgumentArity.ZeroOrMore };
        var filter = new LetterFilterOptions();
        var all = new Option<bool>("--all") { Description = "Everything there is." };
        var dry = new Option<bool>("--dry-run") { Description = "Sends and changes nothing: prints what would come of it." };
        var rate = new RateOption($"Letters a second at most. Default: {ReplayDesk.UsualRate}.");
        var command = new Command("redrive", "Puts dead letters back where they came from, each once, with a fresh ladder; consent and suppression are asked anew.") { ids, all, dry, rate };
        filter.AddTo(command);
        command.Validators.Add(result =>
        {
            var isNarrow = result.GetResult(ids) is { Tokens.Count: > 0 } || filter.IsGiven(result);
            if (result.GetValue(all) == isNarrow) result.AddError(isNarrow ? "--all goes alone." : "Say which: ids, a filter such as --reason, or --all.");
        });
        command.SetAction(async (call, cancellationToken) =>
        {
            using var host = PlatformServices.Create(call);
            var named = call.GetValue(ids) is { Length: > 0 } some ? some : null;
            var rows = await FindAsync(host, await filter.ReadAsync(call, host.Services, named, cancellationToken), cancellationToken);
            if (named?.Except(rows.Select(static row => row.Id)).FirstOrDefault() is { } unknown)
                throw new CommandException($"There is no dead letter '{unknown}' of that filter; `trackhub dead-letters list` shows those there are.");

            var counts = await RedriveAsync(host, rows, call.GetValue(rate) ?? ReplayDesk.UsualRate, call.GetValue(dry), cancellationToken);
            var printer = Printer.Of(call);
            printer.Table(counts.OrderByDescending(static c => c.Value), new Column<KeyValuePair<string, long>>("result", static c => c.Key), new("letters", static c => c.Value), new("meaning", static c => MeaningOf(c.Key)));
            printer.Say(call.GetValue(dry) ? $"{rows.Count} dead letter(s) judged; nothing was sent or changed." : $"{counts.GetValueOrDefault(ReplayVerdict.Send) + counts.GetValueOrDefault(ReplayVerdict.SendLate)} of {rows.Count} dead letter(s) are on their way again.");
            return 0;
        });
        return command;
    }

    private static async Task<IReadOnlyDictionary<string, long>> RedriveAsync(IHost host, IReadOnlyList<LetterRow> rows, int rate, bool isTrial, CancellationToken cancellationToken)
    {
        var services = host.Services;
        await host.StartAsync(cancellationToken);   // loads the directory
        var webhooks = services.GetRequiredService<WebhookRedrive>();
        var redrive = new LetterRedrive(
            TableOf(services), services.GetRequiredService<LetterOriginals>(), services.GetRequiredService<DispatchRedrive>(), async (letter, body, trial) => ResultOf(await webhooks.TryAsync(letter, body, trial)),
            services.GetRequiredService<RecordProducer>(), services.GetRequiredService<TimeProvider>());
        var admin = services.GetRequiredService<TenantAdmin>();
        IReadOnlyDictionary<string, long> counts = new Dictionary<string, long>();
        if (isTrial)
        {
            counts = await redrive.RunAsync(rows, admin.Actor, rate, isTrial, told: null, cancellationToken);
        }
        else
        {
            await using var only = await TableOf(services).TryLockAsync(cancellationToken) ?? throw new CommandException("Another redrive of dead letters is at work on this database. Wait for it.");
            await admin.NotedAsync(
                "dead_letters.redrive", rows.Count == 1 ? rows[0].Id : $"{rows.Count} letters",
                async () => [.. (counts = await redrive.RunAsync(rows, admin.Actor, rate, isTrial, told: null, cancellationToken)).Select(static c => (c.Key, (string?)$"{c.Value}"))], cancellationToken);
        }

        await host.StopAsync(cancellationToken);
        return counts;
    }

    private static Task<IReadOnlyList<LetterRow>> FindAsync(IHost host, LetterFilter filter, CancellationToken cancellationToken) => TableOf(host.Services).FindAsync(filter, cancellationToken);

    private static LetterTable TableOf(IServiceProvider services) => services.GetRequiredService<LetterTable>();

    private static string ResultOf(WebhookRedriven redriven) => redriven switch
    {
        WebhookRedriven.Mapped => ReplayVerdict.Send,
        WebhookRedriven.StillUnmapped => LetterRedrive.StillUnmapped,
        _ => LetterRedrive.ConnectionGone,
    };

    private static string MeaningOf(string result) => result switch
    {
        LetterRedrive.Gone => "the log no longer has it, or its day's key is destroyed",
        LetterRedrive.Already => "put back before",
        LetterRedrive.StillUnmapped => "the gateway's mapping does not understand it yet",
        LetterRedrive.ConnectionGone => "its connection was removed",
        LetterRedrive.NobodysBrand => "it names two brands: nobody can say whose it is",
        _ => ReplayColumns.MeaningOf(result),
    };
}
