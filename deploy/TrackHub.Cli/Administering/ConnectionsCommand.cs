using System.CommandLine;
using TrackHub.Cli.Output;
using TrackHub.Ingest;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.Administering;

/// <summary><c>connections</c>: gateway accounts of a brand, each with its webhook address.</summary>
internal static class ConnectionsCommand
{
    private static readonly EntityCommand<ConnectionRow> Entity = new()
    {
        What = "connection",
        ListAsync = static (admin, brand, cancellationToken) => admin.ListConnectionsAsync(brand, cancellationToken),
        Id = static row => row.Id,
        Names = static row => [row.Gateway],
        Columns =
        [
            new("id", static row => row.Id), new("brand", static row => row.BrandId), new("gateway", static row => row.Gateway),
            new("secret", static row => row.HasSecret), new("overlap_ends", static row => row.OverlapEnds),
            new("active", static row => row.Active), new("created_at", static row => row.CreatedAt), new("quarantine", QuarantineCall.Text),
        ],
        Keys = BrandSettingKeys.Connection,
        SetAsync = static (admin, id, key, value, cancellationToken) => admin.SetConnectionAsync(id, key, value, cancellationToken),
        RemoveAsync = static (admin, id, cancellationToken) => admin.RemoveConnectionAsync(id, cancellationToken),
    };

    /// <summary>Makes the command.</summary>
    public static Command Create() => Entity.Create("Gateway accounts of a brand and their webhook addresses.", Add(), Rotate(), Reverify());

    private static Command Add()
    {
        var brand = AdminCall.RequiredBrand();
        var gateway = new Option<string>("--gateway") { Description = $"One of {string.Join(", ", Gateways.Names)}.", Required = true, HelpName = "GATEWAY" };
        gateway.AcceptOnlyFromAmong([.. Gateways.Names]);
        var secret = SecretOption();
        return new Command("add", "Adds a gateway connection and prints its webhook address.") { brand, gateway, secret }
            .Runs(async (call, admin, printer, cancellationToken) =>
            {
                var owner = await admin.BrandAsync(call.GetRequiredValue(brand), cancellationToken);
                var clear = await AdminCall.SecretAsync(call.GetRequiredValue(secret), "--secret", cancellationToken);
                var issued = await admin.AddConnectionAsync(owner.Id, call.GetRequiredValue(gateway), clear, cancellationToken);
                PrintIssued(printer, new(issued.Id, owner.Name, call.GetRequiredValue(gateway), Address(call, call.GetRequiredValue(gateway), issued.Shown.Reveal())));
                if (Gateways.Caution(call.GetRequiredValue(gateway)) is { } caution)
                    printer.Say(caution);
            });
    }

    private static Command Rotate()
    {
        var wanted = new Argument<string>("connection") { Description = "By id, or by gateway where there is one of it." };
        var secret = SecretOption();
        var overlap = new Option<double>("--overlap-hours")
        {
            Description = "How long the former secret stays valid too, 0 to 720 hours.",
            DefaultValueFactory = static _ => 24,
            HelpName = "HOURS",
        };
        return new Command("rotate", "Puts a new secret in force; the former one stays valid for the overlap. Lets in what waits in quarantine for it.") { wanted, secret, overlap }
            .Runs(async (call, admin, printer, cancellationToken) =>
            {
                var row = await Entity.FindAsync(admin, call.GetRequiredValue(wanted), cancellationToken);
                var clear = await AdminCall.SecretAsync(call.GetRequiredValue(secret), "--secret", cancellationToken);
                await admin.RotateConnectionAsync(row.Id, clear, TimeSpan.FromHours(call.GetValue(overlap)), cancellationToken);
                await QuarantineCall.ReverifyAsync(call, row, printer, cancellationToken);
                Entity.Print(printer, await Entity.FindAsync(admin, row.Id, cancellationToken));
            });
    }

    private static Command Reverify()
    {
        var wanted = new Argument<string>("connection") { Description = "By id, or by gateway where there is one of it." };
        return new Command("reverify", "Checks what waits in quarantine against the secrets in force, and lets in what proves itself.") { wanted }
            .Runs(async (call, admin, printer, cancellationToken) => await QuarantineCall.ReverifyAsync(
                call, await Entity.FindAsync(admin, call.GetRequiredValue(wanted), cancellationToken), printer, cancellationToken));
    }

    private static Option<string> SecretOption() => new("--secret")
    {
        Description = "What the gateway signs or calls with; - reads it from standard input.",
        Required = true,
        HelpName = "SECRET",
    };

    private static string Address(ParseResult call, string gateway, string path) => $"http://127.0.0.1:{call.Ports().Ingress}/webhooks/{gateway}/{path}";

    private static void PrintIssued(Printer printer, IssuedConnection issued)
    {
        printer.Card(
            issued,
            new Column<IssuedConnection>("id", static c => c.Id),
            new("brand", static c => c.Brand),
            new("gateway", static c => c.Gateway),
            new("address", static c => c.Address));
        printer.Say($"Enter the address at {issued.Gateway}; it is a secret and is shown this once. From outside, put your public host in place of 127.0.0.1.");
        printer.Say($"Switch off {issued.Gateway}'s own Meta pixel Purchase: with both, Meta counts each sale twice.");
    }

    private sealed record IssuedConnection(string Id, string Brand, string Gateway, string Address);
}
