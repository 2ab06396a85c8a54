using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Cli.Output;
using TrackHub.Platform.Money;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.Figures;

/// <summary><c>rates</c>: what amounts in other currencies are converted with in the figures of brands.</summary>
internal static class RatesCommand
{
    private static readonly Column<CurrencyRate>[] Columns =
    [
        new("day", static r => r.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), new("from", static r => r.From), new("to", static r => r.To), new("rate", static r => r.Rate),
    ];

    /// <summary>Makes the command.</summary>
    public static Command Create() => new("rates", "Currency rates: a sale or ad in another currency than its brand's is counted once there is one.") { Set(), List() };

    private static Command Set()
    {
        var day = new Argument<DateOnly>("date")
        {
            Description = "Day the rate counts from, in a brand's own time zone, until a newer one; YYYY-MM-DD.",
            CustomParser = static result =>
            {
                if (DateOnly.TryParseExact(result.Tokens[0].Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var read))
                    return read;
                result.AddError($"'{result.Tokens[0].Value}' is no day: YYYY-MM-DD.");
                return default;
            },
        };
        var from = new Argument<string>("from") { Description = "Currency of amounts, ISO 4217." };
        var to = new Argument<string>("to") { Description = "Currency of the brand." };
        var rate = new Argument<decimal>("rate")
        {
            Description = "So many TO for one FROM, with a point.",
            CustomParser = static result =>
            {
                if (decimal.TryParse(result.Tokens[0].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var read))
                    return read;
                result.AddError($"'{result.Tokens[0].Value}' is no rate: a number such as 5.4321.");
                return default;
            },
        };
        var command = new Command("set", "Sets a rate; figures made before are made anew with it within seconds.") { day, from, to, rate };
        command.SetAction(async (call, cancellationToken) =>
        {
            using var host = PlatformServices.Create(call);
            var set = await host.Services.GetRequiredService<TenantAdmin>().SetRateAsync(
                call.GetValue(day), call.GetRequiredValue(from), call.GetRequiredValue(to), call.GetValue(rate), cancellationToken);
            Printer.Of(call).Table([set], Columns);
            return 0;
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Every rate, by pair and from the newest on.");
        command.SetAction(async (call, cancellationToken) =>
        {
            using var host = PlatformServices.Create(call);
            Printer.Of(call).Table(await host.Services.GetRequiredService<TenantAdmin>().ListRatesAsync(cancellationToken), Columns);
            return 0;
        });
        return command;
    }
}
