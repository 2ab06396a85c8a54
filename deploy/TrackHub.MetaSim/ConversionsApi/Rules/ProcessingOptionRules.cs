using System.Text.Json;

namespace TrackHub.MetaSim.ConversionsApi.Rules;

/// <summary>Limited Data Use. Source: "Data processing options".</summary>
internal static class ProcessingOptionRules
{
    private const int FirstState = 1000;
    private const int LastState = 1013;

    public static GraphError? Check(in EventFields fields, string path)
    {
        var isLimited = false;
        if (fields.DataProcessingOptions.ValueKind is not JsonValueKind.Undefined)
        {
            if (fields.DataProcessingOptions.ValueKind is not JsonValueKind.Array)
                return EventFields.WrongType(path, "data_processing_options", "a list");
            foreach (var option in fields.DataProcessingOptions.EnumerateArray())
            {
                if (option.ValueKind is not JsonValueKind.String || !option.ValueEquals("LDU"u8))
                    return EventFields.WrongType(path, "data_processing_options", "[] or [\"LDU\"]");
                isLimited = true;
            }
        }

        return Number(fields.Country, isLimited, "data_processing_options_country", path, static n => n is 0 or 1)
            ?? Number(fields.State, isLimited, "data_processing_options_state", path, static n => n is 0 or (>= FirstState and <= LastState));
    }

    private static GraphError? Number(JsonElement value, bool isRequired, string key, string path, Func<int, bool> isAllowed)
    {
        if (value.ValueKind is JsonValueKind.Undefined)
            return isRequired ? EventFields.Required(path, key) : null;
        return value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out var number) && isAllowed(number)
            ? null
            : EventFields.WrongType(path, key, "a documented country or state number");
    }
}
