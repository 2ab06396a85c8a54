using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TrackHub.Cli.Moving;
using TrackHub.Cli.Output;
using TrackHub.Cli.Reading;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.Groups;

/// <summary><c>groups</c>: who reads what and how far, and setting the offsets of a group that stands still.</summary>
internal static class GroupsCommand
{
    private static readonly Column<GroupPosition>[] PositionColumns =
    [
        new("topic", static p => p.Topic), new("partition", static p => p.Partition), new("committed", static p => p.Committed), new("end", static p => p.End),
        new("lag", static p => p.Lag), new("member", static p => p.Member),
    ];

    private static readonly Column<OffsetReset>[] ResetColumns =
    [
        new("topic", static r => r.Topic), new("partition", static r => r.Partition), new("from", static r => r.From), new("to", static r => r.To),
    ];

    /// <summary>Makes the command.</summary>
    public static Command Create() => new("groups", "Consumer groups: who reads what, how far, and setting offsets.") { List(), Describe(), Reset() };

    private static Command List()
    {
        var command = new Command("list", "Every group with its state, members and lag.");
        command.SetAction(async (call, cancellationToken) =>
        {
            using var host = PlatformServices.Create(call);
            var admin = host.Services.GetRequiredService<GroupAdmin>();
            var rows = new List<(GroupState Group, long Lag)>();
            foreach (var group in await admin.ListAsync(cancellationToken))
                rows.Add((group, (await PositionsAsync(host.Services, group.Group, cancellationToken)).Sum(static p => p.Lag ?? 0)));
            Printer.Of(call).Table(
                rows, new Column<(GroupState Group, long Lag)>("group", static r => r.Group.Group), new("state", static r => r.Group.State),
                new("members", static r => r.Group.Members), new("lag", static r => r.Lag));
            return 0;
        });
        return command;
    }

    private static Command Describe()
    {
        var group = Group();
        var command = new Command("describe", "Where a group is in every partition, and who has it.") { group };
        command.SetAction(async (call, cancellationToken) =>
        {
            using var host = PlatformServices.Create(call);
            var name = call.GetRequiredValue(group);
            var state = await host.Services.GetRequiredService<GroupAdmin>().FindAsync(name, cancellationToken);
            var positions = await PositionsAsync(host.Services, name, cancellationToken);
            if (state.State == "dead" && positions.Count == 0)
                throw new CommandException($"There is no group '{name}'; `trackhub groups list` shows those there are.");

            var printer = Printer.Of(call);
            printer.Table(positions, PositionColumns);
            printer.Say($"Group {name} is {state.State} with {state.Members} member(s)."
                + (KeptPositions.Of(name) is null ? "" : " It keeps its offsets in PostgreSQL, with its rows; these are they."));
            return 0;
        });
        return command;
    }

    private static Command Reset()
    {
        var (group, topic) = (Group(), new Argument<string>("topic") { Description = "A topic it reads.", HelpName = "TOPIC" });
        var time = PlaceOption.OfTime("--to-datetime", "To the first record not older than this. Takes");
        var offset = Number("--to-offset", "To this offset, in every partition.", least: 0);
        var shift = Number("--shift", "So many records on from where each partition stands; back with a minus.", least: long.MinValue);
        var command = new Command("reset", "Sets the offsets of a group that stands still; refused while it is live.") { group, topic, time, offset, shift };
        command.Validators.Add(result =>
        {
            if (new Option[] { time, offset, shift }.Count(option => result.GetResult(option) is { Implicit: false }) != 1)
                result.AddError("Say where to: one of --to-datetime, --to-offset and --shift.");
        });
        command.SetAction(async (call, cancellationToken) =>
        {
            var name = call.GetRequiredValue(group);
            if (KeptPositions.Of(name) is not null)
            {
                throw new CommandException($"The {name} role keeps its offsets in PostgreSQL, with its rows: moved alone they would count twice or leave gaps. Its group cannot be reset; "
                    + $"`trackhub rebuild {name}` has it read again what the log gives.");
            }

            using var host = PlatformServices.Create(call);
            var target = new OffsetTarget(call.GetValue(time)?.Time, call.GetValue(offset), call.GetValue(shift));
            IReadOnlyList<OffsetReset> resets = [];
            await host.Services.GetRequiredService<TenantAdmin>().NotedAsync(
                "group.reset", name,
                async () =>
                {
                    resets = await host.Services.GetRequiredService<GroupAdmin>().ResetAsync(name, call.GetRequiredValue(topic), target, cancellationToken);
                    return [("topic", call.GetRequiredValue(topic)), .. resets.Select(static r => ($"partition {r.Partition}", (string?)$"{r.From} to {r.To}"))];
                },
                cancellationToken);
            Printer.Of(call).Table(resets, ResetColumns);
            return 0;
        });
        return command;
    }

    private static async Task<IReadOnlyList<GroupPosition>> PositionsAsync(IServiceProvider services, string group, CancellationToken cancellationToken)
    {
        Dictionary<(string, int), long>? own = null;
        if (KeptPositions.Of(group) is { } positions)
        {
            var kept = await positions.ReadAsync(services.GetRequiredService<NpgsqlDataSource>(), cancellationToken);
            own = kept.ToDictionary(static p => (p.Topic, p.Partition.Value), static p => p.Offset.Value);
        }

        return await services.GetRequiredService<GroupAdmin>().PositionsAsync(group, own, cancellationToken);
    }

    private static Argument<string> Group() => new("group") { Description = "Group, such as matcher or dispatcher.", HelpName = "GROUP" };

    private static Option<long?> Number(string name, string description, long least)
    {
        var option = new Option<long?>(name) { Description = description, HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && (!long.TryParse(result.Tokens[0].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) || value < least))
                result.AddError($"{name} takes a whole number{(least == 0 ? " from 0" : "")}.");
        });
        return option;
    }
}
