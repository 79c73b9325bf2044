namespace Pare;

/// <summary>Classical machine learning (<c>ai.onnx.ml</c>): pure, nothing more is said of them.</summary>
internal static class OnnxMachineLearning
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        .. OnnxTraits.Of(
            OperatorKind.Pure,
            [
                "ArrayFeatureExtractor", "Binarizer", "CastMap", "CategoryMapper", "DictVectorizer", "FeatureVectorizer", "Imputer", "LabelEncoder", "LinearClassifier", "LinearRegressor",
                "Normalizer", "OneHotEncoder", "Scaler", "SVMClassifier", "SVMRegressor", "TreeEnsemble", "TreeEnsembleClassifier", "TreeEnsembleRegressor", "ZipMap",
            ],
            t => t with { Domain = "ai.onnx.ml" }),
    ];
}
