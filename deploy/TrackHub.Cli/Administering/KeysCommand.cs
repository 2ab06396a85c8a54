using System.CommandLine;
using TrackHub.Cli.Output;
using TrackHub.Ingest;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.Administering;

/// <summary><c>keys</c>: what browsers and a seller's servers write with.</summary>
internal static class KeysCommand
{
    private static readonly EntityCommand<WriteKeyRow> Entity = new()
    {
        What = "key",
        ListAsync = static (admin, brand, cancellationToken) => admin.ListKeysAsync(brand, cancellationToken),
        Id = static row => row.Id,
        Names = static _ => [],
        Columns =
        [
            new("id", static row => row.Id), new("brand", static row => row.BrandId), new("server", static row => row.IsServer),
            new("allowed_origins", static row => row.AllowedOrigins), new("created_at", static row => row.CreatedAt),
            new("revoked_at", static row => row.RevokedAt),
        ],
        Keys = BrandSettingKeys.WriteKey,
        SetAsync = static (admin, id, key, value, cancellationToken) => admin.SetKeyAsync(id, key, value, cancellationToken),
        RemoveAsync = static (admin, id, cancellationToken) => admin.RemoveKeyAsync(id, cancellationToken),
    };

    /// <summary>Makes the command.</summary>
    public static Command Create() => Entity.Create("Write keys of browsers and servers.", Add());

    private static Command Add()
    {
        var brand = AdminCall.RequiredBrand();
        var server = new Option<bool>("--server") { Description = "A secret key for the seller's server, which may state a visitor's address and user agent." };
        var origins = new Option<string[]>("--origin") { Description = "Origin a browser may send from, https://loja.example.com; may be repeated. Default: any.", HelpName = "ORIGIN" };
        return new Command("add", "Adds a write key and shows it, this once.") { brand, server, origins }.Runs(async (call, admin, printer, cancellationToken) =>
        {
            var owner = await admin.BrandAsync(call.GetRequiredValue(brand), cancellationToken);
            var issued = await admin.AddKeyAsync(owner.Id, call.GetValue(server), call.GetValue(origins), cancellationToken);
            printer.Card(
                issued,
                new Column<Issued>("id", static i => i.Id),
                new("brand", _ => owner.Name),
                new("server", _ => call.GetValue(server)),
                new("key", static i => i.Shown.Reveal()));
            printer.Say("The key is shown this once.");
            if (!call.GetValue(server))
            {
                var ingress = new Uri($"http://127.0.0.1:{call.Ports().Ingress}/");
                printer.Say($"Put this into the head of every page, with your public host in place of {ingress.Authority}: {TrackerSnippet.Of(ingress, issued.Shown.Reveal())}");
                printer.Say($"Or, to let in exactly the tracker of this build: {TrackerSnippet.PinnedOf(ingress, issued.Shown.Reveal())}");
            }
        });
    }
}
