using System.Collections.Frozen;
using System.Text.Json;

namespace TrackHub.MetaSim.ConversionsApi.Rules;

/// <summary>The members of one event, found in one pass. A member that is absent has kind Undefined.</summary>
internal struct EventFields
{
    public JsonElement Name;
    public JsonElement Time;
    public JsonElement Id;
    public JsonElement ActionSource;
    public JsonElement SourceUrl;
    public JsonElement UserData;
    public JsonElement CustomData;
    public JsonElement MessagingChannel;
    public JsonElement AppData;
    public JsonElement DataProcessingOptions;
    public JsonElement Country;
    public JsonElement State;

    private static readonly FrozenSet<string> Segmentations = Combine().ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Sorts an event's members; the model is closed, so an unknown key is a refusal.</summary>
    /// <param name="path">Where the event is, such as <c>$['data'][0]</c>.</param>
    public static GraphError? Read(JsonElement element, string path, out EventFields fields)
    {
        fields = default;
        if (element.ValueKind is not JsonValueKind.Object)
            return ErrorCatalogue.Schema($"The parameter {path} must be an object.");

        foreach (var property in element.EnumerateObject())
        {
            var value = property.Value;
            GraphError? fault = null;
            switch (property.Name)
            {
                case "event_name": fields.Name = value; break;
                case "event_time": fields.Time = value; break;
                case "event_id": fields.Id = value; break;
                case "action_source": fields.ActionSource = value; break;
                case "event_source_url": fields.SourceUrl = value; break;
                case "user_data": fields.UserData = value; break;
                case "custom_data": fields.CustomData = value; break;
                case "messaging_channel": fields.MessagingChannel = value; break;
                case "app_data": fields.AppData = value; break;
                case "data_processing_options": fields.DataProcessingOptions = value; break;
                case "data_processing_options_country": fields.Country = value; break;
                case "data_processing_options_state": fields.State = value; break;
                case "opt_out":
                    if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
                        fault = WrongType(path, "opt_out", "a boolean");
                    break;
                case "referrer_url":
                    if (value.ValueKind is not JsonValueKind.String)
                        fault = WrongType(path, "referrer_url", "a string");
                    break;
                case "customer_segmentation":
                    if (value.ValueKind is not JsonValueKind.String || !Segmentations.Contains(value.GetString()!))
                        fault = WrongType(path, "customer_segmentation", "one of the documented segments");
                    break;
                case "original_event_data" or "attribution_data":
                    if (value.ValueKind is not JsonValueKind.Object)
                        fault = WrongType(path, property.Name, "an object");
                    break;
                default:
                    fault = ErrorCatalogue.UnexpectedKey(property.Name, path);
                    break;
            }

            if (fault is not null)
                return fault;
        }

        return null;
    }

    /// <summary>The refusal of a member of the wrong type or outside its enum.</summary>
    public static GraphError WrongType(string path, string key, string expected) =>
        ErrorCatalogue.Schema($"The parameter {path}['{key}'] must be {expected}.");

    /// <summary>The refusal of an absent member.</summary>
    public static GraphError Required(string path, string key) =>
        ErrorCatalogue.Schema($"The parameter {path}['{key}'] is required.");

    private static IEnumerable<string> Combine()
    {
        string[] groups = ["new_customer_to", "existing_customer_to"];
        string[] targets = ["business", "business_line", "product_area", "medium"];
        return groups.SelectMany(group => targets.Select(target => $"{group}_{target}")).Append("customer_in_loyalty_program");
    }
}
