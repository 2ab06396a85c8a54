using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Cli.Moving;
using TrackHub.Cli.Output;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Cli.Reading;

/// <summary><c>topics</c>: the catalogue against the cluster.</summary>
internal static class TopicsCommand
{
    private static readonly Column<TopicDrift>[] DriftColumns =
    [
        new("topic", static d => d.Topic), new("setting", static d => d.Setting), new("wanted", static d => d.Wanted), new("actual", static d => d.Actual),
    ];

    /// <summary>Makes the command.</summary>
    public static Command Create() => new("topics", "TrackHub's topics: what there is, and whether the cluster agrees.") { List(), Apply(), Diff(), TopicsCopyCommand.Create() };

    private static Command List() => Runs("list", "Every topic with its records.", static async (admin, printer, cancellationToken) =>
    {
        printer.Table(
            await admin.ListAsync(cancellationToken),
            new Column<TopicState>("topic", static t => t.Name),
            new("partitions", static t => t.Partitions.Count),
            new("records", static t => t.Records),
            new("retention_days", static t => Topics.Find(t.Name)?.Retention?.TotalDays),
            new("delay_seconds", static t => Topics.Find(t.Name)?.Delay?.TotalSeconds));
        return 0;
    });

    private static Command Apply() => Runs("apply", "Makes the cluster agree with the catalogue.", static async (admin, printer, cancellationToken) =>
    {
        var drift = await admin.ApplyAsync(cancellationToken);
        printer.Table(drift, DriftColumns);
        var left = await admin.DiffAsync(cancellationToken);
        printer.Say(left.Count == 0
            ? "The cluster agrees with the catalogue."
            : $"{left.Count} setting(s) still differ, see `trackhub topics diff`: a partition count is never changed, because it decides where keys lie.");
        return left.Count == 0 ? 0 : 1;
    });

    private static Command Diff() => Runs("diff", "Where the cluster differs from the catalogue; exit code 1 if it does.", static async (admin, printer, cancellationToken) =>
    {
        var drift = await admin.DiffAsync(cancellationToken);
        if (drift.Count == 0) printer.Say("The cluster agrees with the catalogue.");
        else printer.Table(drift, DriftColumns);
        return drift.Count == 0 ? 0 : 1;
    });

    private static Command Runs(string name, string description, Func<TopicAdmin, Printer, CancellationToken, Task<int>> run)
    {
        var command = new Command(name, description);
        command.SetAction(async (call, cancellationToken) =>
        {
            using var host = PlatformServices.Create(call);
            return await run(host.Services.GetRequiredService<TopicAdmin>(), Printer.Of(call), cancellationToken);
        });
        return command;
    }
}
