function [own, others] = split_options(caller, names, args)
    %SPLIT_OPTIONS   Name-value pairs for a function itself (struct OWN) and those it hands on (cell OTHERS).
    args = cellfun(@euphonic.internal.options.plain, args, 'UniformOutput', false);
    is_own = false(1, numel(args));
    for i = 1:2:numel(args)
        if ischar(args{i}) && any(strcmp(args{i}, names))
            is_own(i:min(i + 1, end)) = true;
        end
    end
    own = euphonic.internal.options.name_values(caller, names, args(is_own));
    others = args(~is_own);
end
