using System.CommandLine;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.Administering;

/// <summary><c>pixels</c>: Meta datasets a brand's events are sent to.</summary>
internal static class PixelsCommand
{
    private static readonly EntityCommand<PixelRow> Entity = new()
    {
        What = "pixel",
        ListAsync = static (admin, brand, cancellationToken) => admin.ListPixelsAsync(brand, cancellationToken),
        Id = static row => row.Id,
        Names = static row => [row.DatasetId],
        Columns =
        [
            new("id", static row => row.Id), new("brand", static row => row.BrandId), new("dataset_id", static row => row.DatasetId),
            new("token", static row => "…" + row.TokenEnd), new("active", static row => row.Active), new("created_at", static row => row.CreatedAt),
        ],
        Settings = static row => row.Settings,
        Keys = BrandSettingKeys.Pixel,
        SetAsync = static (admin, id, key, value, cancellationToken) => admin.SetPixelAsync(id, key, value, cancellationToken),
        RemoveAsync = static (admin, id, cancellationToken) => admin.RemovePixelAsync(id, cancellationToken),
    };

    /// <summary>Makes the command.</summary>
    public static Command Create() => Entity.Create("Meta datasets that a brand's events are sent to.", Add());

    private static Command Add()
    {
        var brand = AdminCall.RequiredBrand();
        var dataset = new Option<string>("--dataset-id") { Description = "Meta's id of the dataset, 5 to 20 digits.", Required = true, HelpName = "ID" };
        var token = new Option<string>("--token") { Description = "Access token of the Conversions API; - reads it from standard input.", Required = true, HelpName = "TOKEN" };
        return new Command("add", "Adds a pixel.") { brand, dataset, token }.Runs(async (call, admin, printer, cancellationToken) =>
        {
            var owner = await admin.BrandAsync(call.GetRequiredValue(brand), cancellationToken);
            var secret = await AdminCall.SecretAsync(call.GetRequiredValue(token), "--token", cancellationToken);
            Entity.Print(printer, await admin.AddPixelAsync(owner.Id, call.GetRequiredValue(dataset), secret, cancellationToken));
        });
    }
}
