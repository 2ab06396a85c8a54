using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Cli.Administering;
using TrackHub.Cli.Output;
using TrackHub.Cli.Reading;
using TrackHub.Platform.Replaying;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.Replaying;

/// <summary><c>replay</c>: runs a range of the log again, beside the roles that read it, whose offsets stay where they are.</summary>
internal static class ReplayCommand
{
    private static readonly string Sales = Schemas.Topics.IngestEvents.Name;
    private static readonly string[] Topics = [.. ReplayDesk.Replayable, Sales];

    /// <summary>Makes the command.</summary>
    public static Command Create() => new("replay", "Runs a range of the log again: into dispatch, or through other rules.") { Start(), List(), Show(), Cancel() };

    private static Command Start()
    {
        var topic = new Argument<string>("topic")
        {
            Description = $"{string.Join(" or ", ReplayDesk.Replayable)}: what of it never reached Meta is sent again. {Sales}: sales are decided again, with --dry-run alone.",
            HelpName = "TOPIC",
        };
        topic.Validators.Add(static result =>
        {
            if (result.Tokens.Count == 1 && !Topics.Contains(result.Tokens[0].Value))
                result.AddError($"'{result.Tokens[0].Value}' cannot be replayed: choose {string.Join(", ", Topics)}.");
        });
        var from = PlaceOption.Of("--from", "First record. Takes");
        from.Required = true;
        var to = PlaceOption.Of("--to", "Last record, inclusive. Default: the present end. Takes");
        var brand = AdminCall.BrandFilter();
        var dry = new Option<bool>("--dry-run") { Description = "Sends and changes nothing: prints what would be done, or what would be different." };
        var rules = new Option<FileInfo?>("--rules")
        {
            Description = $"Of {Sales}: JSON with other rules (keys as `brands rules --json` prints them; what it leaves out stays the brand's). Without it the present rules are compared with what was recorded.",
            HelpName = "FILE",
        };
        var rate = new RateOption($"Records a second to read at most. Default of what is sent: {ReplayDesk.UsualRate}.");
        var command = new Command("start", "Starts with a range; --dry-run shows beforehand what would come of it.") { topic, from, to, brand, dry, rules, rate };
        command.Validators.Add(result =>
        {
            var isSales = result.GetResult(topic) is { Tokens: [var named] } && named.Value == Sales;
            if (isSales && !result.GetValue(dry)) result.AddError($"Sales that are decided again are not sent: {Sales} takes --dry-run alone, which shows what would be different.");
            if (isSales && result.GetValue(from) is { Time: { } since } && TimeProvider.System.GetUtcNow() - since > Schemas.Topics.IngestEvents.Retention)
                result.AddError($"The log keeps sales for {Schemas.Topics.IngestEvents.Retention.Value.TotalDays:0} days, and none older can be decided again: begin later, for instance --from {Schemas.Topics.IngestEvents.Retention.Value.TotalDays - 1:0}d. What became of one of them: `trackhub explain`.");
            if (!isSales && result.GetResult(rules) is not null) result.AddError($"--rules decide sales: they go with {Sales} alone.");
        });
        command.SetAction((call, cancellationToken) =>
        {
            var (first, last) = (call.GetValue(from)!.Value, call.GetValue(to));
            return call.GetRequiredValue(topic) is var name && ReplayDesk.Replayable.Contains(name)
                ? DispatchReplay.RunAsync(call, new(name, first, last, call.GetValue(brand)), call.GetValue(dry), call.GetValue(rate), cancellationToken)
                : DecisionReplay.RunAsync(call, new(first, last, Follow: false, Whole: true), call.GetValue(brand), call.GetValue(rules), call.GetValue(rate), cancellationToken);
        });
        return command;
    }

    private static Command List()
    {
        var brand = AdminCall.BrandFilter();
        var command = new Command("list", "Every replay into dispatch, the newest first.") { brand };
        command.SetAction(async (call, cancellationToken) =>
        {
            using var host = PlatformServices.Create(call);
            var only = await host.Services.GetRequiredService<TenantAdmin>().BrandIdAsync(call.GetValue(brand), cancellationToken);
            Printer.Of(call).Table(await host.Services.GetRequiredService<ReplayDesk>().ListAsync(only, cancellationToken), ReplayColumns.Replay);
            return 0;
        });
        return command;
    }

    private static Command Show()
    {
        var id = Id();
        var command = new Command("show", "One replay: how far it is and what was done with its records.") { id };
        command.SetAction(async (call, cancellationToken) =>
        {
            using var host = PlatformServices.Create(call);
            var printer = Printer.Of(call);
            var replay = await host.Services.GetRequiredService<ReplayDesk>().FindAsync(call.GetValue(id), cancellationToken)
                ?? throw new CommandException($"There is no replay {call.GetValue(id)}; `trackhub replay list` shows those there are.");
            ReplayColumns.PrintCard(printer, replay);
            if (printer.Json) return 0;

            printer.Table(replay.Parts, ReplayColumns.Part);
            ReplayColumns.PrintCounts(printer, replay.Counts);
            return 0;
        });
        return command;
    }

    private static Command Cancel()
    {
        var id = Id();
        var command = new Command("cancel", "Ends a replay where it is; what it sent stays sent.") { id };
        command.SetAction(async (call, cancellationToken) =>
        {
            using var host = PlatformServices.Create(call);
            ReplayColumns.PrintCard(Printer.Of(call), await host.Services.GetRequiredService<ReplayDesk>().CancelAsync(call.GetValue(id), actor: "cli", cancellationToken));
            return 0;
        });
        return command;
    }

    private static Argument<Guid> Id() => new("id") { Description = "Its id, as `replay start` and `replay list` print it.", HelpName = "ID" };
}
