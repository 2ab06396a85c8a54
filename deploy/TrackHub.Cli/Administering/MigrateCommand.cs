using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Cli.Output;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.Administering;

/// <summary><c>migrate</c>: brings the database to this build's schema.</summary>
internal static class MigrateCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command("migrate", "Brings the database to this build's schema; day secrets and month partitions ahead.");
        command.SetAction(async (call, cancellationToken) =>
        {
            using var host = PlatformServices.Create(call);
            var applied = await host.Services.GetRequiredService<Migrator>().ApplyAsync(cancellationToken);
            Printer.Of(call).Table(
                applied,
                new Column<Migration>("number", static m => m.Number),
                new("name", static m => m.Name),
                new("applied_at", static m => m.AppliedAt));
            if (applied.Count == 0) Printer.Of(call).Say("The database is up to date.");
            return 0;
        });
        return command;
    }
}
