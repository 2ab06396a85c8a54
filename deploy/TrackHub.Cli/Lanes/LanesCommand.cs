using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Cli.Administering;
using TrackHub.Cli.Output;
using TrackHub.Dispatch.Parking;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.Lanes;

/// <summary><c>lanes</c>: what keeps each pixel's events from Meta, and taking a parked lane up again.</summary>
internal static class LanesCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create() => new("lanes", "Lanes to Meta, one a pixel: what keeps them, what is parked, and taking it up again.") { List(), Resume() };

    /// <summary>Columns of the list.</summary>
    /// <param name="now">Present time, for the countdown.</param>
    internal static IReadOnlyList<Column<LaneView>> Columns(DateTimeOffset now) =>
    [
        new("brand", static lane => lane.BrandId), new("pixel", static lane => lane.PixelId), new("state", static lane => lane.State),
        new("reason", static lane => lane.Reason), new("since", static lane => lane.Since), new("until", static lane => lane.Until),
        new("failures", static lane => lane.Failures), new("parked", static lane => lane.Parked), new("parked_for", static lane => lane.ParkedReasons),
        new("first_expires_at", static lane => lane.FirstExpiresAt), new("left", lane => Left(lane.FirstExpiresAt, now)),
        new("last_success_at", static lane => lane.LastSuccessAt),
    ];

    /// <summary>Days, hours and minutes until a moment, <c>6d 23h 5m</c>; nothing where there is none.</summary>
    internal static string Left(DateTimeOffset? until, DateTimeOffset now) => (until - now) switch
    {
        null => "",
        { Ticks: <= 0 } => "expiring",
        { TotalHours: < 1 } left => string.Create(CultureInfo.InvariantCulture, $"{left.Minutes}m"),
        { } left => string.Create(CultureInfo.InvariantCulture, $"{left.Days}d {left.Hours}h {left.Minutes}m"),
    };

    private static Command List()
    {
        var brand = AdminCall.BrandFilter();
        var command = new Command("list", "Every lane with its state, why it is so, what is parked and how long Meta would still take it.") { brand };
        command.SetAction(async (call, cancellationToken) =>
        {
            using var host = PlatformServices.Create(call);
            var only = await host.Services.GetRequiredService<TenantAdmin>().BrandIdAsync(call.GetValue(brand), cancellationToken);
            var lanes = await host.Services.GetRequiredService<LaneDesk>().ListAsync(only, cancellationToken);
            Printer.Of(call).Table(lanes, Columns(host.Services.GetRequiredService<TimeProvider>().GetUtcNow()));
            return 0;
        });
        return command;
    }

    private static Command Resume()
    {
        var pixel = new Argument<string>("pixel") { Description = "Pixel of the lane, by id or dataset id." };
        var ambiguous = new Option<bool>("--ambiguous") { Description = "Also what is parked as ambiguous_expired or count_differs: Meta may have it, and may count it twice." };
        var only = new Option<string?>("--event-id") { Description = "Only this event.", HelpName = "ID" };
        var command = new Command("resume", "Sends what is parked for a lane: its next call is one event, to see whether Meta takes it, then the rest.") { pixel, ambiguous, only };
        command.SetAction(async (call, cancellationToken) =>
        {
            using var host = PlatformServices.Create(call);
            var desk = host.Services.GetRequiredService<LaneDesk>();
            var admin = host.Services.GetRequiredService<TenantAdmin>();
            var pixels = await admin.ListPixelsAsync(cancelled: cancellationToken);
            var row = AdminCall.Pick(pixels, "pixel", call.GetRequiredValue(pixel), static p => p.Id, static p => [p.DatasetId]);
            if (!row.Active)
                throw new CommandException($"Pixel {row.Id} is switched off: what is resumed would be parked again. `trackhub pixels set {row.Id} active=true` resumes it.");

            var events = await desk.ResumeAsync(row.BrandId, row.Id, new(admin.Actor) { EvenAmbiguous = call.GetValue(ambiguous), EventId = call.GetValue(only) }, cancellationToken);
            var printer = Printer.Of(call);
            printer.Card((Pixel: row.Id, Events: events ?? 0), new("pixel", static r => r.Pixel), new("resumed", static r => r.Events));
            printer.Say("The dispatcher sends them once Meta has taken a first one; `trackhub lanes list` shows it.");
            return 0;
        });
        return command;
    }
}
